package import TwinCore
package import TwinWire

/// Why a client has no answer: a refusal that came back, or that nothing came back at all.
package enum ClientError: Error, Equatable, Sendable {
    /// Somebody answered, and refused.
    case refused(Refusal)
    /// Nobody is connected at the endpoint: nothing was sent, nothing was done.
    case nobodyAnswers(endpoint: String, seconds: Double)
    /// Sent and not answered in time: it may have been done.
    case outcomeUnknown(destination: String, type: MessageType, seconds: Double, attempts: Int)
    /// The text given as the broker's endpoint is none.
    case badEndpoint(endpoint: String, reason: String)
    /// What was typed makes no request.
    case usage(message: String, hint: String?)
    /// An answer that cannot be read.
    case badAnswer(destination: String, type: MessageType, reason: String)
    /// The system refused us something: a socket, a file.
    case system(String)
    case interrupted
}

extension ClientError {
    /// What the command that ran into it exits with.
    package var exitStatus: ExitStatus {
        switch self {
        case .refused(let refusal): ExitStatus(refusal.code)
        case .nobodyAnswers: .unavailable
        case .outcomeUnknown: .tryAgain
        case .badEndpoint, .usage: .usage
        case .badAnswer, .system: .internal
        case .interrupted: .interrupted
        }
    }

    /// The document that `--json` prints to stderr; its sentences are those for people too.
    package var document: ErrorDocument {
        switch self {
        case .refused(let refusal): ErrorDocument(refusal)
        case .nobodyAnswers(let endpoint, let seconds):
            ErrorDocument(
                error: .init(
                    code: "unavailable",
                    message: "nobody answers at \(endpoint) within \(Self.text(seconds)) s; "
                        + "nothing was done",
                    found: "no connection", wanted: "a twin-broker at \(endpoint)", retry: true,
                    hint: "start it with compose/up, or name another with --broker"))
        case .outcomeUnknown(let destination, let type, let seconds, let attempts):
            ErrorDocument(
                error: .init(
                    code: "timeout",
                    message: "\(destination) did not answer \(type.rawValue) within "
                        + "\(Self.text(seconds)) s; sent "
                        + (attempts == 1 ? "once" : "\(attempts) times")
                        + ", it may or may not have been done",
                    address: destination, found: "no answer", wanted: "an answer", retry: true,
                    hint: "repeat the command: doing it twice is doing it once"))
        case .badEndpoint(let endpoint, let reason):
            ErrorDocument(
                error: .init(
                    code: "usage", message: "--broker \(endpoint): \(reason)", found: endpoint,
                    wanted: "an endpoint such as tcp://127.0.0.1:7700", retry: false))
        case .usage(let message, let hint):
            ErrorDocument(
                error: .init(code: "usage", message: message, retry: false, hint: hint))
        case .badAnswer(let destination, let type, let reason):
            ErrorDocument(
                error: .init(
                    code: "internal",
                    message: "the answer of \(destination) to \(type.rawValue) cannot be read: "
                        + reason,
                    address: destination, retry: false,
                    hint: "compare the versions: twinctl --version, twinctl status"))
        case .system(let message):
            ErrorDocument(error: .init(code: "internal", message: message, retry: false))
        case .interrupted:
            ErrorDocument(
                error: .init(
                    code: "interrupted", message: "interrupted before the answer came",
                    retry: true))
        }
    }

    /// Seconds as people write them: 5, not 5.0.
    private static func text(_ seconds: Double) -> String {
        guard let whole = Int(exactly: seconds) else { return "\(seconds)" }
        return "\(whole)"
    }
}
