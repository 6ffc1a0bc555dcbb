package import TwinCore

/// One maintenance window of one twin.
package struct MaintenanceDocument: Codable, Equatable, Sendable {
    /// The twin whose window it is; a member's inherited one names its rack or data center.
    package var address: String
    package var id: String
    package var owner: String
    package var reason: String
    package var from: RFC3339
    package var until: RFC3339

    package init(
        address: String, id: String, owner: String, reason: String, from: RFC3339, until: RFC3339
    ) {
        self.address = address
        self.id = id
        self.owner = owner
        self.reason = reason
        self.from = from
        self.until = until
    }

    package init(address: TwinAddress, window: MaintenanceWindow) {
        self.init(
            address: address.description, id: window.id, owner: window.owner,
            reason: window.reason, from: RFC3339(window.from), until: RFC3339(window.until))
    }

    package init(_ inherited: InheritedMaintenance) {
        self.init(address: inherited.address, window: inherited.window)
    }
}
