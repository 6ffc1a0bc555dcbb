import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl acknowledge`: an incident stops paging because somebody works on it.
struct AcknowledgeCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Say that you are on it")

    @Argument(help: "The incident's id, such as rack/dc1-r07:1.")
    var incident: String

    @Option(help: ArgumentHelp("What you are doing.", valueName: "text"))
    var comment: String?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long (default 8h).", valueName: "time"))
    var duration: TimeSpan?

    @Flag(help: "Take it back.")
    var undo = false

    @Option(help: "Who is on it (default: $USER).")
    var owner: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if undo, comment != nil || duration != nil {
            throw ValidationError("--undo takes neither --comment nor --for")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let incident = try Naming.incident(incident)
        let destination = Destination.twin(incident.address)
        let document: CommandDocument
        if undo {
            document = try session.ask(
                destination, .unacknowledge, UnacknowledgeRequest(incident: incident),
                for: CommandDocument.self)
        } else {
            let request = AcknowledgeRequest(
                incident: incident, owner: try Owner.name(owner), comment: comment,
                forSeconds: duration?.span.seconds)
            document = try session.ask(
                destination, .acknowledge, request, for: CommandDocument.self)
        }
        let deed = undo ? "no longer acknowledged" : "acknowledged"
        try session.show(document) { document, _ in
            document.changed ? "\(incident) \(deed)" : "\(incident) was already \(deed)"
        }
        return .ok
    }
}
