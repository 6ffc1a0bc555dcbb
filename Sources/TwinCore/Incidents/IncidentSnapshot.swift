/// An incident as it stood at one record, with where it is: what alerts and queries carry.
package struct IncidentSnapshot: Equatable, Sendable, Codable {
    package var id: IncidentID
    package var incident: Incident
    package var location: TwinLocation
    package var labels: [TwinLabel]
    /// The maintenance that muted it at that moment: its twin's own, else an inherited one.
    package var maintenance: InheritedMaintenance?

    package init(
        id: IncidentID, incident: Incident, location: TwinLocation, labels: [TwinLabel],
        maintenance: InheritedMaintenance?
    ) {
        self.id = id
        self.incident = incident
        self.location = location
        self.labels = labels
        self.maintenance = maintenance
    }
}

/// Where a twin stands, as far as it is known.
package struct TwinLocation: Equatable, Sendable, Codable {
    package var dc: String?
    package var row: String?
    package var rack: String?
    package var slot: String?

    package init(dc: String? = nil, row: String? = nil, rack: String? = nil, slot: String? = nil) {
        self.dc = dc
        self.row = row
        self.rack = rack
        self.slot = slot
    }
}

/// One label of a twin; lists of labels are kept sorted by name.
package struct TwinLabel: Equatable, Hashable, Sendable, Codable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
