internal import Glibc
internal import Logging
internal import TwinWire

/// Writes each log event as one line, with one call, so that lines of threads never mix.
///
/// Text: `2026-11-22T14:02:36.118Z warning twin-broker: instance lost instance=server-b why="…"`.
/// JSON: one object with `time`, `level`, `label`, `message` and the metadata under its names.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogSettings.Format
    let write: @Sendable ([UInt8]) -> Void
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, settings: LogSettings, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.label = label
        self.write = write
        format = settings.format
        logLevel = settings.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        let pairs = fields.map { (name: $0.key, value: "\($0.value)") }.sorted { $0.name < $1.name }
        let time = RFC3339(SystemTime.wall).text
        let line =
            switch format {
            case .text: text(time, event, pairs)
            case .json: json(time, event, pairs)
            }
        write(Array((line + "\n").utf8))
    }

    private func text(
        _ time: String, _ event: LogEvent, _ pairs: [(name: String, value: String)]
    ) -> String {
        var line = "\(time) \(event.level.rawValue) \(label): \(Self.oneLine("\(event.message)"))"
        for (name, value) in pairs {
            let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
            line += " \(name)=" + (isPlain && !value.isEmpty ? value : Self.quoted(value))
        }
        return line
    }

    private func json(
        _ time: String, _ event: LogEvent, _ pairs: [(name: String, value: String)]
    ) -> String {
        let own = [
            ("time", time), ("level", event.level.rawValue), ("label", label),
            ("message", "\(event.message)"),
        ]
        let taken = own.map(\.0)
        let others = pairs.map { (taken.contains($0.name) ? "\($0.name)_" : $0.name, $0.value) }
        let members = (own + others).map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// A JSON string: quotes, backslashes and control characters escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A message never makes a second line: what follows could be forged.
    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? quoted(text) : text
    }

    /// Writes all bytes to stderr. What cannot be written is lost: there is nobody to tell.
    @Sendable
    static func writeToStderr(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let put = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.write(
                    STDERR_FILENO, all.baseAddress.map { unsafe $0 + done }, all.count - done)
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { return }
            done += put
        }
    }
}
