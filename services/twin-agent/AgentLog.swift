internal import Foundation
internal import Glibc
internal import Logging
internal import TwinClient
internal import TwinWire

/// Where the agent's log goes: stderr, as lines of text or as JSON objects.
package enum AgentLog {
    package enum Format: String, Sendable {
        case text, json
    }

    /// To be called once, before the first `Logger` is made.
    static func bootstrap(level: Logger.Level, format: Format) {
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler =
                switch format {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler(label: label, write: writeToStderr)
                }
            handler.logLevel = level
            return handler
        }
    }

    /// What cannot be written is lost: there is nobody to tell.
    @Sendable
    static func writeToStderr(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// One JSON object a line: `time`, `level`, `label`, `message`, and the metadata by their names.
struct JSONLogHandler: LogHandler {
    let label: String
    let write: @Sendable (String) -> Void
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(label: String, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var members = all.mapValues { "\($0)" }
        members["time"] = RFC3339(ClientTime.wall).text
        members["level"] = event.level.rawValue
        members["label"] = label
        members["message"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            write(String(decoding: try encoder.encode(members), as: UTF8.self) + "\n")
        } catch {
            write("\(event.level.rawValue) \(label): \(event.message)\n")
        }
    }
}
