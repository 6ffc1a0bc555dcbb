/// Which processes make up the product on this machine, and with which flags.
package struct UpPlan: Equatable, Sendable {
    static let dc = "dc1"
    static let localRack = "local"
    static let reportInterval = "10s"
    static let simulatedRacks = 10
    static let simulatedServersPerRack = 40
    static let simulatedFault = "tor:dc1-r07@30s+120s"

    package let options: UpOptions
    /// This machine's key.
    package let host: String
    package let children: [ChildSpec]
    /// The instances that must be there before the cluster counts as ready.
    package let instances: [String]

    /// - Parameters:
    ///   - executables: the directory of all our executables.
    ///   - host: this machine's key.
    ///   - isNewCluster: nobody has given out the shards yet.
    package init(
        _ options: UpOptions, paths: UpPaths, executables: String, host: String, isNewCluster: Bool
    ) {
        self.options = options
        self.host = host
        var children = [UpPlan.broker(options, paths, executables, isNewCluster)]
        for (tier, count) in UpPlan.counts(options) {
            for index in 0..<count {
                let name = UpPlan.instanceName(tier, index)
                children.append(
                    ChildSpec(
                        name: name, stage: .services, executable: "\(executables)/\(tier)-twin-svc",
                        arguments: [
                            "--broker", options.serviceEndpoint, "--state-dir",
                            paths.state(of: name), "--instance", name,
                        ]))
            }
        }
        instances = children.filter { $0.stage == .services }.map(\.name)
        children.append(UpPlan.commission(host, options, executables))
        children.append(UpPlan.agent(host, options, paths, executables))
        if options.isSimulating { children.append(UpPlan.simulation(options, executables)) }
        self.children = children
    }

    /// `server-a`, `server-b`, …
    package static func instanceName(_ tier: String, _ index: Int) -> String {
        let letter = UInt8(ascii: "a") + UInt8(index)
        return "\(tier)-\(Character(Unicode.Scalar(letter)))"
    }

    /// A host name as a key: what a key may not hold becomes `-`.
    package static func key(ofHost name: String) -> String {
        let allowed = name.utf8.prefix(keyBytesMax).map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return allowed.isEmpty ? "localhost" : String(decoding: allowed, as: UTF8.self)
    }

    private static let keyBytesMax = 128

    private static func counts(_ options: UpOptions) -> [(tier: String, count: Int)] {
        [("server", options.serverInstances), ("rack", options.rackInstances), ("dc", 1)]
    }

    private static func broker(
        _ options: UpOptions, _ paths: UpPaths, _ executables: String, _ isNewCluster: Bool
    ) -> ChildSpec {
        var arguments = [
            "--listen", options.clientEndpoint, "--listen-services", options.serviceEndpoint,
            "--state-dir", paths.state(of: "broker"),
        ]
        if isNewCluster {
            let counts = counts(options).map { "\($0.tier)=\($0.count)" }.joined(separator: ",")
            arguments += ["--bootstrap", "--instances", counts]
        }
        if options.isSimulating { arguments.append("--allow-simulation") }
        return ChildSpec(
            name: "broker", stage: .broker, executable: "\(executables)/twin-broker",
            arguments: arguments)
    }

    private static func commission(
        _ host: String, _ options: UpOptions, _ executables: String
    ) -> ChildSpec {
        ChildSpec(
            name: "commission", stage: .setUp, executable: "\(executables)/twinctl",
            arguments: [
                "commission", host, "--dc", dc, "--rack", localRack, "--broker",
                options.clientEndpoint,
            ])
    }

    private static func agent(
        _ host: String, _ options: UpOptions, _ paths: UpPaths, _ executables: String
    ) -> ChildSpec {
        ChildSpec(
            name: "agent", stage: .sources, executable: "\(executables)/twin-agent",
            arguments: [
                "--broker", options.clientEndpoint, "--server", host, "--interval", reportInterval,
                "--state-dir", paths.state(of: "agent"),
            ])
    }

    private static func simulation(_ options: UpOptions, _ executables: String) -> ChildSpec {
        ChildSpec(
            name: "simulate", stage: .sources, executable: "\(executables)/twinctl",
            arguments: [
                "simulate", "--broker", options.clientEndpoint, "--racks", "\(simulatedRacks)",
                "--servers-per-rack", "\(simulatedServersPerRack)", "--interval", reportInterval,
                "--fault", simulatedFault, "--seed", "1",
            ])
    }
}
