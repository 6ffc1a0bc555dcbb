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

/// How errors are told: on stderr, as text or as one JSON object.
struct ErrorOutput {
    let isJSON: Bool
    let palette: Palette
    let output: Output

    func tell(_ document: ErrorDocument) {
        guard isJSON else {
            let context = RenderContext(now: ClientTime.wall, palette: palette)
            return output.note(ErrorRenderer.text(document, context))
        }
        do {
            output.note(try JSONText.line(of: document))
        } catch {
            output.note("\(document.error.code): \(document.error.message)")
        }
    }
}

extension ErrorOutput {
    init(options: GlobalOptions, output: Output, environment: [String: String]) {
        self.init(
            isJSON: options.json,
            palette: Palette(
                options.color, isTerminal: output.notesToTerminal, environment: environment),
            output: output)
    }
}
