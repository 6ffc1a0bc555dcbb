internal import TwinStore

/// The exit codes of our programs, as in cli.md and sysexits.h.
package enum ExitStatus: Int32, Sendable {
    case ok = 0
    case refused = 1
    case usage = 64
    case unavailable = 69
    case internalError = 70
    case storageFailed = 74

    /// The code for an error that ended a service.
    package init(_ error: any Error) {
        switch error {
        case is SettingsError: self = .usage
        case is StoreError: self = .storageFailed
        case let error as StartError: self = error.status
        default: self = .internalError
        }
    }
}
