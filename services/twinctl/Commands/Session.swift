import Foundation
import TwinClient
import TwinCore
import TwinWire

/// One run of one command: its connection, its options, and where its words go.
struct Session: ~Copyable {
    var connection: Connection
    let isJSON: Bool
    let timeout: Milliseconds
    let output: Output
    let progress: Progress
    private let palette: Palette
    private let zone: TimeZoneChoice
    private let width: Int

    init(
        _ options: GlobalOptions, output: Output, environment: [String: String]
    ) throws(ClientError) {
        let endpoint = Session.endpoint(options, environment)
        let progress = Progress("waiting for \(endpoint)", note: output.note)
        connection = try Connection(to: endpoint)
        isJSON = options.json
        timeout = options.timeout.span
        self.output = output
        self.progress = progress
        palette = Palette(
            options.color, isTerminal: output.answersToTerminal, environment: environment)
        zone = options.localTime ? .local(TimeZone.current) : .utc
        width = environment["COLUMNS"].flatMap { Int($0) } ?? TerminalSize.columns()
        connection.isInterrupted = {
            progress.look()
            return Interruption.isRequested
        }
    }

    static func endpoint(_ options: GlobalOptions, _ environment: [String: String]) -> String {
        options.broker ?? environment["TWIN_BROKER"] ?? GlobalOptions.brokerDefault
    }

    /// How patiently this command asks.
    var terms: RetryTerms { RetryTerms(timeout: timeout) }

    /// What renderers get; `now` is the moment of the call.
    var context: RenderContext {
        RenderContext(now: ClientTime.wall, palette: palette, width: width, zone: zone)
    }

    /// Asks one thing and reads the answer.
    mutating func ask<Answer: Decodable>(
        _ destination: Destination, _ type: MessageType, _ payload: some Encodable,
        for answer: Answer.Type
    ) throws(ClientError) -> Answer {
        try connection.ask(destination, type, payload, for: answer, terms: terms)
    }

    /// Prints an answer: the document as JSON, or the text made of it.
    func show<Document: AnswerDocument>(
        _ document: Document, _ text: (Document, RenderContext) -> String
    ) throws(ClientError) {
        if isJSON { try showJSON(document) } else { output.answer(text(document, context)) }
    }

    /// Prints one line of JSON.
    func showJSON(_ document: some Encodable) throws(ClientError) {
        do {
            output.answer(try JSONText.line(of: document))
        } catch {
            throw .system("the answer cannot be written as JSON: \(error)")
        }
    }

    /// Names on stderr who did not answer; the status says that the answer is not whole.
    /// - Parameter missing: shards that the answer lacks: it is not whole either when nobody has
    ///   them.
    func tellMissing(
        _ failures: [(name: String, error: ClientError)], _ missing: [MissingShardDocument] = []
    ) -> ExitStatus {
        for failure in failures {
            output.note(
                "\(failure.name) did not answer, what it holds is missing: "
                    + failure.error.document.error.message)
        }
        if let first = failures.first { return first.error.exitStatus }
        return missing.isEmpty ? .ok : .unavailable
    }
}
