/// An operator's word that somebody is on it; ends by itself at `until` or when severity rises.
package struct Acknowledgement: Equatable, Sendable, Codable {
    package let owner: String
    package let comment: String
    package let until: Timestamp

    package init(owner: String, comment: String, until: Timestamp) {
        self.owner = owner
        self.comment = comment
        self.until = until
    }
}

/// Planned work on one twin: mutes pages, never monitoring, and always ends.
package struct MaintenanceWindow: Equatable, Sendable, Codable {
    /// Chosen by the client, so that a repeated command is the same window.
    package let id: String
    package let owner: String
    package let reason: String
    package let from: Timestamp
    package let until: Timestamp

    package init(id: String, owner: String, reason: String, from: Timestamp, until: Timestamp) {
        self.id = id
        self.owner = owner
        self.reason = reason
        self.from = from
        self.until = until
    }
}

/// A parent's maintenance as its children are told of it, with every receipt.
package struct InheritedMaintenance: Equatable, Sendable, Codable {
    /// The twin in maintenance: the parent itself or the parent's parent.
    package let address: TwinAddress
    package let window: MaintenanceWindow

    package init(address: TwinAddress, window: MaintenanceWindow) {
        self.address = address
        self.window = window
    }
}

/// An incident's fold under a parent's incident.
package struct FoldMute: Equatable, Sendable, Codable {
    package let parent: IncidentID
    /// Set once the parent no longer lists the child: the fold still mutes until the fresh hold
    /// has passed, so that a member that heals with its rack never pages.
    package var releasedAt: Elapsed?

    package init(parent: IncidentID, releasedAt: Elapsed? = nil) {
        self.parent = parent
        self.releasedAt = releasedAt
    }
}
