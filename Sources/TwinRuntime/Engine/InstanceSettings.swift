package import TwinCore

/// The settings of one service process, read once from flags and environment.
package struct InstanceSettings: Equatable, Sendable {
    /// The broker's endpoint for services.
    package var broker: String
    package var stateDirectory: String
    /// The instance's name at its first start; nil = drawn.
    package var instance: InstanceName?
    package var log: LogSettings

    package static let defaultBroker = "tcp://127.0.0.1:7701"

    /// Reads flags first, then `TWIN_…`; reports every mistake together.
    package init(
        flags: [String: String?], environment: [String: String]
    ) throws(SettingsError) {
        var reader = SettingsReader(flags: flags, environment: environment)
        broker = reader.connectEndpoint("broker", default: Self.defaultBroker)
        stateDirectory = reader.requiredText("state-dir", "a directory for this instance's state")
        instance = reader.value(
            "instance", wanted: "1 to \(Limits.instanceNameBytesMax) of A-Z a-z 0-9 . _ -"
        ) { text in
            do throws(AddressError) { return try InstanceName(text) } catch { return nil }
        }
        log = reader.logSettings()
        try reader.finish()
    }
}
