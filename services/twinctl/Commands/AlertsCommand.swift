import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl alerts`: the alert log of all instances as one sequence, once or on and on.
struct AlertsCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: """
            What changed, oldest first; without --all every record of an incident that has paged
            """,
        discussion: """
            With --json each record is a line, and after each batch comes a line with the cursor \
            to go on from. --follow begins now unless told otherwise; it goes on over the end of \
            any process, without losing or doubling a record.
            """)

    @Flag(help: "Go on with every record as it happens.")
    var follow = false

    @Option(help: ArgumentHelp("Leave out what is older.", valueName: "1h|time"))
    var since: String?

    @Option(help: ArgumentHelp("Go on where an earlier reader stood.", valueName: "cursor"))
    var after: String?

    @Option(help: ArgumentHelp("Keep the cursor in this file.", valueName: "path"))
    var cursorFile: String?

    @Flag(help: "Every record: also of what never paged, and changes of verdict.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if after != nil, cursorFile != nil {
            throw ValidationError("--after and --cursor-file: wanted one of them")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let file = cursorFile.map { CursorFile(path: $0) }
        var cursor: ReaderCursor?
        if let after { cursor = try ReaderCursor(text: after) }
        if let file { cursor = try file.read() }
        var since: Timestamp?
        if let text = self.since {
            since = try Naming.moment(text, option: "--since", now: ClientTime.wall)
        } else if follow, cursor == nil {
            since = ClientTime.wall
        }
        let follower = AlertFollower(from: cursor ?? ReaderCursor(), since: since)
        let printer = AlertPrinter(all: all, file: file)
        return follow
            ? try goOn(follower, printer, in: &session)
            : try readOnce(follower, printer, in: &session)
    }

    private func readOnce(
        _ follower: AlertFollower, _ printer: AlertPrinter, in session: inout Session
    ) throws(ClientError) -> ExitStatus {
        var follower = follower
        session.progress.begin("reading the alert log")
        let batch = try follower.readToEnd(over: &session.connection, terms: session.terms)
        printer.begin(in: session)
        try printer.show(batch, in: session)
        return session.tellMissing(batch.away.map { (name: $0.instance.text, error: $0.error) })
    }

    private func goOn(
        _ follower: AlertFollower, _ printer: AlertPrinter, in session: inout Session
    ) throws(ClientError) -> ExitStatus {
        var follower = follower
        // The first question is asked at once: a broker that is not there is an error here.
        _ = try session.connection.placement(refreshed: true, terms: session.terms)
        session.connection.isInterrupted = { Interruption.isRequested }
        printer.begin(in: session)
        printer.tellFollowing(in: session)
        do throws(ClientError) {
            while true {
                let batch = try follower.next(over: &session.connection)
                try printer.show(batch, in: session)
            }
        } catch {
            guard case .interrupted = error else { throw error }
            printer.end(at: follower.cursor, in: session)
            return .interrupted
        }
    }
}
