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
    /// Copies of shards that others serve and that may go, by shard index, each at this epoch only.
    package var droppable: [UInt16: Epoch]
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
        droppable =
            reader.value(
                "drop-stale", wanted: "SHARD@EPOCH, several with commas, such as 12@3,40@1",
                parse: Self.droppable) ?? [:]
        log = reader.logSettings()
        try reader.finish()
    }

    private static func droppable(_ text: String) -> [UInt16: Epoch]? {
        var epochs: [UInt16: Epoch] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: "@", omittingEmptySubsequences: false)
            guard numbers.count == 2, let index = UInt16(numbers[0]),
                let epoch = UInt32(numbers[1]), Int(index) < Limits.shardCountMax, epoch > 0
            else { return nil }
            epochs[index] = Epoch(rawValue: epoch)
        }
        return epochs
    }
}
