package import ArgumentParser
internal import Foundation
internal import Logging
internal import TwinCore

/// The command line of all three services: `serve` (the default), `check`, `backup`, `restore`.
package struct ServiceCommand<Tier: TierService>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: "Owns shards of \(Tier.Twin.tier) twins.",
            discussion: """
                Every flag has an environment variable: --state-dir is TWIN_STATE_DIR. The other \
                commands work on this machine's files only.
                """,
            version: SoftwareVersion.text,
            subcommands: [
                ServeCommand<Tier>.self, CheckCommand<Tier>.self, BackupCommand<Tier>.self,
                RestoreCommand<Tier>.self,
            ], defaultSubcommand: ServeCommand<Tier>.self)
    }

    package init() {}

    /// The whole `main` of a service's executable.
    package static func launch() async { await main() }

    static var name: String { "\(Tier.Twin.tier)-twin-svc" }
}

/// `serve`: runs the instance until it is told to stop.
struct ServeCommand<Tier: TierService>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "serve", abstract: "Run this instance (the default).")
    }

    @Option(help: "The broker's endpoint for services (default \(InstanceSettings.defaultBroker)).")
    var broker: String?

    @Option(help: "The directory that keeps this instance's state.")
    var stateDir: String?

    @Option(help: "Instead of --state-dir: take the first of DIR/1, DIR/2, … that is free.")
    var stateRoot: String?

    @Option(help: "The instance's name at its first start; drawn unless given.")
    var instance: String?

    @Option(help: "Write the instance's name into this file.")
    var nameFile: String?

    @Flag(help: "Before it stops, give all shards to the other instances of the tier.")
    var drainOnStop = false

    @Option(help: "So long that may take (default 60s); then it stops with what it still has.")
    var drainTimeout: String?

    @Option(help: "SHARD@EPOCH,…: copies that status calls unserved and that may go.")
    var dropStale: String?

    @Option(help: "trace, debug, info (default), notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "text (default) or json.")
    var logFormat: String?

    func run() async throws {
        ServiceRun.begin()
        do {
            let settings = try InstanceSettings(
                flags: [
                    "broker": broker, "state-dir": stateDir, "state-root": stateRoot,
                    "instance": instance, "name-file": nameFile,
                    "drain-on-stop": drainOnStop ? "true" : nil, "drain-timeout": drainTimeout,
                    "drop-stale": dropStale,
                    "log-level": logLevel, "log-format": logFormat,
                ], environment: ProcessInfo.processInfo.environment)
            LogSetup.bootstrap(settings.log)
            let log = Logger(label: ServiceCommand<Tier>.name)
            let process = try InstanceProcess<Tier>(settings, log: log)
            try await ServiceRun.untilStopped(
                process, log: log, after: settings.drainPatience ?? .zero)
        } catch {
            ServiceRun.say("\(ServiceCommand<Tier>.name): \(LastWords.of(error))")
            throw ExitCode(ExitStatus(error).rawValue)
        }
    }
}
