internal import Foundation
package import Logging
package import TwinCore

/// What an agent was told: by its flags, else by `TWIN_…` variables, else by default.
package struct AgentSettings: Equatable, Sendable {
    package static let defaultBroker = "tcp://127.0.0.1:7700"

    package var broker = Self.defaultBroker
    /// The twin that the reports are for.
    package var server: TwinKey
    package var interval = Limits.intervalDefault
    /// The tree that holds `proc` and `sys`.
    package var root = "/"
    /// Where the boot identity is kept; nil = nowhere.
    package var stateDirectory: String?
    package var logLevel = Logger.Level.info
    package var logFormat = AgentLog.Format.text

    package init(server: TwinKey) { self.server = server }

    /// Throws every mistake together.
    /// - Parameter hostName: gives the key where none is set.
    package init(
        flags: [String: String?], environment: [String: String], hostName: String
    ) throws(AgentSettingsError) {
        var flags = AgentFlags(flags: flags, environment: environment)
        let broker = flags.value(
            "broker", wanted: "tcp://HOST:PORT, for example \(Self.defaultBroker)",
            parse: Self.endpoint)
        let named = flags.value(
            "server", wanted: "a key of 1 to \(Limits.keyBytesMax) of A-Z a-z 0-9 . _ -",
            parse: HostKey.exact)
        let interval = flags.value("interval", wanted: "1s to 1h", parse: Self.interval)
        let root = flags.value("root", wanted: "a directory that holds proc and sys") {
            FileManager.default.fileExists(atPath: $0 + "/proc/stat") ? $0 : nil
        }
        let stateDirectory = flags.value("state-dir", wanted: "a directory") {
            $0.isEmpty ? nil : $0
        }
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        let level = flags.value("log-level", wanted: "one of \(levels)") {
            Logger.Level(rawValue: $0)
        }
        let format = flags.value("log-format", wanted: "text or json") {
            AgentLog.Format(rawValue: $0)
        }
        let server = named ?? HostKey.made(of: hostName)
        if server == nil {
            flags.complain("--server (or TWIN_SERVER): wanted a key, as this host has no name")
        }
        guard let server, flags.problems.isEmpty else {
            throw AgentSettingsError(problems: flags.problems)
        }
        self.init(server: server)
        self.broker = broker ?? self.broker
        self.interval = interval ?? self.interval
        self.root = root ?? self.root
        self.stateDirectory = stateDirectory
        logLevel = level ?? logLevel
        logFormat = format ?? logFormat
    }

    private static func endpoint(_ text: String) -> String? {
        let scheme = "tcp://"
        guard text.hasPrefix(scheme), let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0,
            text[..<colon].count > scheme.count
        else { return nil }
        return text
    }

    /// A whole number of `s`, `m` or `h`.
    private static func interval(_ text: String) -> Milliseconds? {
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            count > 0, count <= Limits.intervalMax.rawValue / unit
        else { return nil }
        let interval = Milliseconds(rawValue: count * unit)
        return interval >= Limits.intervalMin ? interval : nil
    }
}
