package import Logging
package import TwinClient
package import TwinCore
internal import TwinWire

/// A change that the people who run a host should read of, once.
package enum AgentNotice: Equatable, Sendable {
    /// The twin takes reports: for the first time, or again. `waiting` are still here; `givenUp`
    /// were lost since the last such notice.
    case taken(waiting: Int, givenUp: UInt64)
    /// Reports wait here from now on.
    case waiting(ClientError)
    /// So many reports wait that the oldest are given up from now on.
    case givingUp
    /// Reports are answered, and not taken; they are forgotten.
    case refused(Refusal.Code, String)
}

extension AgentNotice {
    package var level: Logger.Level {
        switch self {
        case .taken: .info
        case .waiting, .givingUp, .refused: .warning
        }
    }

    package var message: Logger.Message {
        switch self {
        case .taken: "reports are taken"
        case .waiting: "reports wait for the broker"
        case .givingUp: "the oldest waiting reports are given up"
        case .refused: "reports are refused"
        }
    }

    /// - Parameter server: whose reports they are, for the command that helps.
    package func metadata(server: TwinKey) -> Logger.Metadata {
        switch self {
        case .taken(let waiting, let givenUp):
            ["waiting": "\(waiting)", "given-up": "\(givenUp)"]
        case .waiting(let error): ["reason": "\(error.document.error.message)"]
        case .givingUp: ["kept": "\(Limits.windowSpan.rawValue / 60_000) minutes"]
        case .refused(.unknownAddress, let reason):
            [
                "code": "\(Refusal.Code.unknownAddress.rawValue)", "reason": "\(reason)",
                "hint": "twinctl commission \(server) --dc DC --rack RACK",
            ]
        case .refused(let code, let reason):
            ["code": "\(code.rawValue)", "reason": "\(reason)"]
        }
    }
}
