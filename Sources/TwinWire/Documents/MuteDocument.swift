package import TwinCore

/// One reason why an incident does not page now.
package struct MuteDocument: Codable, Equatable, Sendable {
    /// `fold`, `acknowledgement` or `maintenance`.
    package var by: String
    /// The parent incident, or the twin in maintenance; null for an acknowledgement.
    @Null package var ref: String?
    @Null package var owner: String?
    @Null package var comment: String?
    @Null package var until: RFC3339?

    package init(
        by: String, ref: String? = nil, owner: String? = nil, comment: String? = nil,
        until: RFC3339? = nil
    ) {
        self.by = by
        self.ref = ref
        self.owner = owner
        self.comment = comment
        self.until = until
    }

    package init(_ entry: MuteEntry) {
        self.init(
            by: entry.by.rawValue, ref: entry.ref, owner: entry.owner, comment: entry.comment,
            until: RFC3339(entry.until))
    }
}
