package import TwinCore

/// Everything `twin-broker` is told at its start.
package struct BrokerSettings: Equatable, Sendable {
    /// Where clients and agents connect.
    package var listen: String
    /// Where services connect.
    package var listenServices: String
    package var stateDirectory: String
    /// nil without `--bootstrap`.
    package var bootstrap: BootstrapPlan?
    /// nil = 256 for a new cluster, and whatever is stored for another.
    package var shards: Int?
    package var configuration: ClusterConfiguration
    /// False: shards move by a person's word and by drains only.
    package var rebalancesByItself: Bool
    package var log: LogSettings

    package init(
        listen: String = defaultListen, listenServices: String = defaultListenServices,
        stateDirectory: String, bootstrap: BootstrapPlan? = nil, shards: Int? = nil,
        configuration: ClusterConfiguration = ClusterConfiguration(),
        rebalancesByItself: Bool = true, log: LogSettings = LogSettings()
    ) {
        self.listen = listen
        self.listenServices = listenServices
        self.stateDirectory = stateDirectory
        self.bootstrap = bootstrap
        self.shards = shards
        self.configuration = configuration
        self.rebalancesByItself = rebalancesByItself
        self.log = log
    }

    package static let defaultListen = "tcp://127.0.0.1:7700"
    package static let defaultListenServices = "tcp://127.0.0.1:7701"

    /// Reads flags (by name without dashes) and `TWIN_…` variables; throws all mistakes together.
    package init(
        flags: [String: String?], environment: [String: String]
    ) throws(SettingsError) {
        var reader = SettingsReader(flags: flags, environment: environment)
        let allowsRemote = reader.isOn("insecure-allow-remote")
        listen = reader.listenEndpoint(
            "listen", default: Self.defaultListen, allowsRemote: allowsRemote)
        listenServices = reader.listenEndpoint(
            "listen-services", default: Self.defaultListenServices, allowsRemote: allowsRemote)
        stateDirectory = reader.requiredText("state-dir", "a directory for the placement")
        shards = reader.integer("shards", in: 1...Limits.shardCountMax)
        let severities = Severity.allCases.map(\.name).joined(separator: ", ")
        configuration = ClusterConfiguration(
            pageFrom: reader.value("page-from", wanted: "one of \(severities)") {
                Severity(name: $0)
            } ?? .error,
            allowsSimulation: reader.isOn("allow-simulation"),
            staleAfter: reader.duration(
                "stale-after", in: Limits.staleAfterMin...Limits.staleAfterMax)
                ?? Limits.staleAfterDefault)
        rebalancesByItself =
            reader.value("rebalance", wanted: "auto or manual") { text -> Bool? in
                switch text {
                case "auto": true
                case "manual": false
                default: nil
                }
            } ?? true
        log = reader.logSettings()
        let isBootstrap = reader.isOn("bootstrap")
        let plan = reader.value(
            "instances", wanted: "how many to wait for, as server=2,rack=1,dc=1",
            parse: BootstrapPlan.init(parsing:))
        if isBootstrap, plan == nil {
            reader.complain(
                "--bootstrap (or TWIN_BOOTSTRAP): wanted also --instances server=N,rack=N,dc=N, "
                    + "the instances that share the shards of the new cluster")
        }
        bootstrap = isBootstrap ? plan : nil
        if listen == listenServices, !listen.hasSuffix(":*") {
            reader.complain(
                "--listen and --listen-services: wanted two endpoints, found \(listen) twice")
        }
        try reader.finish()
    }
}

extension BootstrapPlan {
    /// Reads `server=2,rack=1,dc=1`: every tier once, at least one instance each.
    package init?(parsing text: String) {
        var counts: [Tier: Int] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let tier = Tier(name: sides[0]), counts[tier] == nil,
                let count = Int(sides[1]), (1...Limits.instancesMax).contains(count)
            else { return nil }
            counts[tier] = count
        }
        guard let server = counts[.server], let rack = counts[.rack], let dc = counts[.dc],
            server + rack + dc <= Limits.instancesMax
        else { return nil }
        self.init(server: server, rack: rack, dc: dc)
    }
}
