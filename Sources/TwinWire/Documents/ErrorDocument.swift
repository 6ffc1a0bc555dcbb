package import TwinCore

/// A refusal or a failure as `--json` prints it, to stderr; stdout stays empty.
package struct ErrorDocument: AnswerDocument {
    /// The refusal itself.
    package struct Content: Codable, Equatable, Sendable {
        /// A `Refusal.Code`, or a word of the client's own such as `timeout`.
        package var code: String
        /// One sentence: what was wanted, what was found, where.
        package var message: String
        @Null package var address: String?
        @Null package var found: String?
        @Null package var wanted: String?
        /// True when the same request may succeed later, unchanged.
        package var retry: Bool
        /// The command to type next.
        @Null package var hint: String?

        package init(
            code: String, message: String, address: String? = nil, found: String? = nil,
            wanted: String? = nil, retry: Bool, hint: String? = nil
        ) {
            self.code = code
            self.message = message
            self.address = address
            self.found = found
            self.wanted = wanted
            self.retry = retry
            self.hint = hint
        }
    }

    package var version: Int = DocumentFormat.version
    package var error: Content

    package init(error: Content) {
        self.error = error
    }

    /// The document of a typed refusal.
    package init(_ refusal: Refusal) {
        self.init(
            error: Content(
                code: refusal.code.rawValue, message: refusal.message, address: refusal.address,
                found: refusal.found, wanted: refusal.wanted,
                retry: refusal.code.isWorthRetrying, hint: refusal.hint))
    }
}
