import ArgumentParser
import Foundation
import TwinClient

/// `twinctl up`: the whole product on this machine, as plain processes.
struct UpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Run the whole product on this machine",
        discussion: """
            Starts the broker, the instances of all three tiers, the agent for this host and a \
            simulated fleet, restarts what ends, and shows every page as it happens.
            """)

    @Option(help: "Server instances (1 to 26; default: as many as ran before, at first 2).")
    var serverInstances: Int?

    @Option(help: "Rack instances (1 to 26; default: as many as ran before, at first 2).")
    var rackInstances: Int?

    @Option(help: "Port for clients; services use the next one.")
    var port: UInt16 = UpOptions.defaultPort

    @Option(
        name: .customLong("state-dir"),
        help: "Where state and logs are kept (default: ~/.local/state/dc-twins).")
    var stateDirectory: String?

    @Flag(help: "Go on in the background; return once everything is ready.")
    var detach = false

    @Flag(help: "Without the simulated fleet: only what you commission.")
    var noSimulation = false

    func validate() throws {
        let counts = [("--server-instances", serverInstances), ("--rack-instances", rackInstances)]
        for (flag, count) in counts {
            guard let count, !(1...UpOptions.instancesMax).contains(count) else { continue }
            throw ValidationError("\(flag): wanted 1 to \(UpOptions.instancesMax), found \(count)")
        }
        guard port > 0, port < UInt16.max else {
            throw ValidationError("--port: wanted 1 to \(UInt16.max - 1), found \(port)")
        }
    }

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        do {
            let executable = try OwnExecutable.path()
            let called = OwnExecutable.called(executable)
            let options = options(environment)
            let exitCode: Int32
            if detach {
                exitCode = try DetachedUp(
                    executable: called, arguments: UpCommand.arguments(options),
                    environment: environment, paths: UpPaths(options.stateDirectory)
                ).run()
            } else {
                var session = try UpSession(
                    options, environment: environment,
                    executables: OwnExecutable.directory(of: executable),
                    twinctl: called,
                    host: UpPlan.key(ofHost: ProcessInfo.processInfo.hostName), screen: Screen())
                exitCode = try session.run()
            }
            guard exitCode == 0 else { throw ExitCode(exitCode) }
        } catch let error as UpError {
            throw UpCommand.exit(after: error)
        }
    }

    /// `--state-dir` as an absolute path, or its default.
    static func directory(_ given: String?, environment: [String: String]) -> String {
        guard let given else { return UpPaths.defaultDirectory(environment: environment) }
        return URL(filePath: given).standardizedFileURL.path(percentEncoded: false)
    }

    /// Says what went wrong and how the process ends.
    static func exit(after error: UpError) -> ExitCode {
        FileHandle.standardError.write(Data("twinctl: \(error)\n".utf8))
        return ExitCode(error.status.rawValue)
    }

    /// The flags that give the same options again.
    static func arguments(_ options: UpOptions) -> [String] {
        [
            "up", "--server-instances", "\(options.serverInstances)", "--rack-instances",
            "\(options.rackInstances)", "--port", "\(options.port)", "--state-dir",
            options.stateDirectory,
        ] + (options.isSimulating ? [] : ["--no-simulation"])
    }

    private func options(_ environment: [String: String]) -> UpOptions {
        let directory = UpCommand.directory(stateDirectory, environment: environment)
        let paths = UpPaths(directory)
        func count(_ given: Int?, _ tier: String) -> Int {
            given ?? max(UpOptions.defaultInstances, paths.instances(of: tier).count)
        }
        return UpOptions(
            serverInstances: count(serverInstances, "server"),
            rackInstances: count(rackInstances, "rack"), port: port,
            isSimulating: !noSimulation, stateDirectory: directory)
    }
}
