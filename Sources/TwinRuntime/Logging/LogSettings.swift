package import Logging

/// How a service logs: `--log-level` and `--log-format`.
package struct LogSettings: Equatable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    package var level: Logger.Level
    package var format: Format

    package init(level: Logger.Level = .info, format: Format = .text) {
        self.level = level
        self.format = format
    }
}

extension SettingsReader {
    /// Reads `--log-level` and `--log-format`.
    package mutating func logSettings() -> LogSettings {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        return LogSettings(
            level: value("log-level", wanted: "one of \(levels)") {
                Logger.Level(rawValue: $0)
            } ?? .info,
            format: value("log-format", wanted: "text or json") {
                LogSettings.Format(rawValue: $0)
            } ?? .text)
    }
}
