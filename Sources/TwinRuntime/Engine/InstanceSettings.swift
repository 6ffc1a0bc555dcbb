package import TwinCore

/// The settings of one service process, read once from flags and environment.
package struct InstanceSettings: Equatable, Sendable {
    /// The broker's endpoint for services.
    package var broker: String
    package var state: State
    /// The instance's name at its first start; nil = drawn. Of a shared root it is the part before
    /// the number; nil = the tier.
    package var instance: InstanceName?
    /// A file that gets the instance's name, for whoever did not choose it; nil = none.
    package var nameFile: String?
    /// So long it may give its shards away before it stops; nil = it stops with them.
    package var drainPatience: Milliseconds?
    package var log: LogSettings

    /// Where the state is kept.
    package enum State: Equatable, Sendable {
        /// In this directory.
        case directory(String)
        /// In one of the numbered directories below this one: see `StateRoot`.
        case root(String)
    }

    package static let defaultBroker = "tcp://127.0.0.1:7701"
    private static let drainTimeoutDefault = Milliseconds.seconds(60)

    /// Reads flags first, then `TWIN_…`; reports every mistake together.
    package init(
        flags: [String: String?], environment: [String: String]
    ) throws(SettingsError) {
        var reader = SettingsReader(flags: flags, environment: environment)
        broker = reader.connectEndpoint("broker", default: Self.defaultBroker)
        if let root = reader.text("state-root") {
            state = .root(root)
            if reader.text("state-dir") != nil {
                reader.complain("--state-dir and --state-root: wanted one of them, found both")
            }
        } else {
            state = .directory(
                reader.requiredText("state-dir", "a directory for this instance's state"))
        }
        instance = reader.value(
            "instance", wanted: "1 to \(Limits.instanceNameBytesMax) of A-Z a-z 0-9 . _ -"
        ) { text in
            do throws(AddressError) { return try InstanceName(text) } catch { return nil }
        }
        nameFile = reader.text("name-file")
        let drainTimeout = reader.duration("drain-timeout") ?? Self.drainTimeoutDefault
        drainPatience = reader.isOn("drain-on-stop") ? drainTimeout : nil
        log = reader.logSettings()
        try reader.finish()
    }
}
