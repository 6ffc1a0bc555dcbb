import ArgumentParser
import Foundation

/// `twinctl down`: ends what `twinctl up` runs.
struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stop what `up` runs on this machine")

    @Option(
        name: .customLong("state-dir"),
        help: "The directory given to `up` (default: ~/.local/state/dc-twins).")
    var stateDirectory: String?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = UpCommand.directory(stateDirectory, environment: environment)
        do {
            try DownSession(paths: UpPaths(directory)).run { print($0) }
        } catch {
            throw UpCommand.exit(after: error)
        }
    }
}
