import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import TwinRuntime

/// Routes by address: the process that clients, agents and services connect to.
@main
struct TwinBroker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twin-broker",
        abstract: "Routes requests, reports and statuses to the instances that own the twins.",
        discussion: """
            Every flag has an environment variable: --state-dir is TWIN_STATE_DIR. A new cluster \
            is born once, by --bootstrap with the instances to wait for; later starts take the \
            stored placement.
            """,
        version: SoftwareVersion.text)

    @Option(help: "Where clients and agents connect (default \(BrokerSettings.defaultListen)).")
    var listen: String?

    @Option(help: "Where services connect (default \(BrokerSettings.defaultListenServices)).")
    var listenServices: String?

    @Option(help: "The directory that keeps the placement.")
    var stateDir: String?

    @Flag(help: "Make a new cluster: deal all shards once the --instances have joined.")
    var bootstrap = false

    @Option(help: "The instances to wait for, as server=2,rack=1,dc=1.")
    var instances: String?

    @Option(help: "Shards of each tier of a new cluster, for its life (default 256).")
    var shards: String?

    @Option(help: "The least severity that pages: info, warning, error (default) or critical.")
    var pageFrom: String?

    @Option(
        help: ArgumentHelp(
            "After so long without a word from shards below, a data center's answers say stale "
                + "(default 60s).", valueName: "time"))
    var staleAfter: String?

    @Flag(help: "Let servers labelled simulated=true be commissioned.")
    var allowSimulation = false

    @Option(help: "Whether a new instance gets its share of the shards: auto (default) or manual.")
    var rebalance: String?

    @Flag(help: "Listen beyond loopback, although nothing authenticates a peer.")
    var insecureAllowRemote = false

    @Option(help: "trace, debug, info (default), notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "text (default) or json.")
    var logFormat: String?

    private var flags: [String: String?] {
        [
            "listen": listen, "listen-services": listenServices, "state-dir": stateDir,
            "bootstrap": bootstrap ? "true" : nil, "instances": instances, "shards": shards,
            "page-from": pageFrom, "stale-after": staleAfter,
            "allow-simulation": allowSimulation ? "true" : nil, "rebalance": rebalance,
            "insecure-allow-remote": insecureAllowRemote ? "true" : nil, "log-level": logLevel,
            "log-format": logFormat,
        ]
    }

    func run() async throws {
        ServiceRun.begin()
        do {
            let settings = try BrokerSettings(
                flags: flags, environment: ProcessInfo.processInfo.environment)
            LogSetup.bootstrap(settings.log)
            let log = Logger(label: "twin-broker")
            OpenFiles.raiseLimit()
            let broker = try BrokerService(settings, log: log)
            try await ServiceRun.untilStopped(broker, log: log)
        } catch {
            ServiceRun.say("twin-broker: \(error)")
            throw ExitCode(ExitStatus(error).rawValue)
        }
    }
}
