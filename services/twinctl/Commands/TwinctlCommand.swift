import ArgumentParser
import Foundation
import TwinClient
import TwinWire

/// A command that talks to a cluster: it gets a session, and its error becomes the error document
/// and the exit code of cli.md.
protocol TwinctlCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// Does the work and prints the answer.
    func run(in session: inout Session) throws(ClientError) -> ExitStatus
}

extension TwinctlCommand {
    mutating func run() throws {
        Interruption.watch()
        let status = execute(
            output: .standard, environment: ProcessInfo.processInfo.environment)
        if status != .ok { throw ExitCode(status.rawValue) }
    }

    /// The whole command but for the process around it.
    func execute(output: Output, environment: [String: String]) -> ExitStatus {
        do throws(ClientError) {
            var session = try Session(global, output: output, environment: environment)
            return try run(in: &session)
        } catch {
            ErrorOutput(options: global, output: output, environment: environment)
                .tell(error.document)
            return error.exitStatus
        }
    }
}
