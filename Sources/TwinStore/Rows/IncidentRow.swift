package import TwinCore

/// One open incident for people with an SQLite tool; the twin's own state is in its row.
package struct IncidentRow: Sendable, Equatable {
    package let id: String
    /// Key of the twin that owns the incident; `shard` and `ordinal` name its row.
    package let twin: String
    package let shard: UInt16
    package let ordinal: UInt32
    package let kind: String
    package let severity: String
    package let phase: String
    package let since: Timestamp
    /// What keeps it from paging, nil when nothing does.
    package let mutedBy: String?

    package init(
        id: String, twin: String, shard: UInt16, ordinal: UInt32, kind: String, severity: String,
        phase: String, since: Timestamp, mutedBy: String?
    ) {
        self.id = id
        self.twin = twin
        self.shard = shard
        self.ordinal = ordinal
        self.kind = kind
        self.severity = severity
        self.phase = phase
        self.since = since
        self.mutedBy = mutedBy
    }
}
