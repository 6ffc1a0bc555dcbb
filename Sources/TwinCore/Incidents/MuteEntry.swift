/// One reason why an incident does not page now, as answers show it.
package struct MuteEntry: Equatable, Sendable, Codable {
    package enum Reason: String, Sendable, Codable {
        case fold, acknowledgement, maintenance
    }

    package var by: Reason
    /// The parent incident, or the twin in maintenance; nil for an acknowledgement.
    package var ref: String?
    package var owner: String?
    package var comment: String?
    package var until: Timestamp?

    package init(
        by: Reason, ref: String? = nil, owner: String? = nil, comment: String? = nil,
        until: Timestamp? = nil
    ) {
        self.by = by
        self.ref = ref
        self.owner = owner
        self.comment = comment
        self.until = until
    }
}
