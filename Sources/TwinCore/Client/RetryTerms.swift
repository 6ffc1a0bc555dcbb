/// How patiently one request is made.
package struct RetryTerms: Equatable, Sendable {
    /// After this time the requester gives up; nil = never.
    package var timeout: Milliseconds?
    /// After this time without an answer a request is sent again.
    package var attemptTimeout: Milliseconds
    /// The request may reach its owner twice without harm. Everything an outside client can send
    /// is so; a request that is not is sent once.
    package var isRepeatable: Bool
    /// `unavailable` means "not yet" to this requester: it tries again while time is left.
    package var waitsForOwner: Bool

    package init(
        timeout: Milliseconds? = Limits.requestTimeoutDefault,
        attemptTimeout: Milliseconds = attemptTimeoutDefault, isRepeatable: Bool = true,
        waitsForOwner: Bool = false
    ) {
        self.timeout = timeout
        self.attemptTimeout = attemptTimeout
        self.isRepeatable = isRepeatable
        self.waitsForOwner = waitsForOwner
    }

    /// Above what a healthy owner needs even while it recovers a commit.
    package static let attemptTimeoutDefault = Milliseconds.seconds(2)
}
