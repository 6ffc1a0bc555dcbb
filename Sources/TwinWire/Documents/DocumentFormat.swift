/// What every whole answer has in common: one msgpack map or one JSON object, `version` first.
///
/// Keys are added, never renamed; readers ignore keys they do not know and take an absent one for
/// `null`. Words that may grow in number (kinds, causes, statuses) are text, so that an older
/// reader shows a word it has never met instead of failing.
package protocol AnswerDocument: Codable, Equatable, Sendable {
    var version: Int { get }
}

/// The format of the documents of this code.
package enum DocumentFormat {
    /// Grows only when a key changes its meaning.
    package static let version = 1
}
