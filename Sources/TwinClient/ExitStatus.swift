package import TwinCore

/// What a command's exit code means to the shell that called it.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    /// Refused, and the same command would be refused again.
    case refused = 1
    /// `--exit-code`: something is unhealthy or unknown.
    case unhealthy = 2
    /// The command line itself is wrong.
    case usage = 64
    /// No broker or no owner: nothing was done.
    case unavailable = 69
    /// An answer that cannot be: one of our own bugs.
    case `internal` = 70
    case storageFailed = 74
    /// Not done, or nobody knows; the command may be repeated.
    case tryAgain = 75
    /// Ctrl-C.
    case interrupted = 130

    /// The exit code of a refusal.
    package init(_ code: Refusal.Code) {
        switch code {
        case .unknownAddress, .invalid, .conflict, .tooLarge, .unsupportedVersion, .unauthorized,
            .quarantined:
            self = .refused
        case .unavailable: self = .unavailable
        case .overloaded, .expired, .notOwner: self = .tryAgain
        case .storageFailed: self = .storageFailed
        }
    }
}
