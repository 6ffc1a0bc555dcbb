package import TwinCore

/// Place of an alert in its shard's log: ascending by epoch, then by sequence.
package struct AlertCursor: Sendable, Hashable {
    package let epoch: Epoch
    package let sequence: UInt64

    package init(epoch: Epoch, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Before the first alert of any shard.
    package static let start = AlertCursor(epoch: .none, sequence: 0)
}

extension AlertCursor: Comparable {
    package static func < (left: AlertCursor, right: AlertCursor) -> Bool {
        (left.epoch, left.sequence) < (right.epoch, right.sequence)
    }
}

/// One record of the durable alert log.
package struct AlertRow: Sendable, Equatable {
    /// Index of the shard within the instance's tier.
    package let shard: UInt16
    package let cursor: AlertCursor
    package let at: Timestamp
    /// For people: `opened`, `resolved`, …
    package let change: String
    package let severity: String
    package let pages: Bool
    /// Id of the incident that changed.
    package let incident: String
    /// The whole record as opaque bytes.
    package let state: [UInt8]

    package init(
        shard: UInt16, cursor: AlertCursor, at: Timestamp, change: String, severity: String,
        pages: Bool, incident: String, state: [UInt8]
    ) {
        self.shard = shard
        self.cursor = cursor
        self.at = at
        self.change = change
        self.severity = severity
        self.pages = pages
        self.incident = incident
        self.state = state
    }
}
