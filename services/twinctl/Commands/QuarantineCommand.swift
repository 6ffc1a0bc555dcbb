import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl quarantine`: messages that ended a process twice, and what to do with them.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Messages that made a twin fail",
        discussion: """
            A message that was in hand when its service ended abnormally, twice, is refused from \
            then on and kept with its bytes; its twin lives on. After a repair hand it back with \
            requeue, or forget it with drop. An ID is what list shows, such as server@server-a:3.
            """,
        subcommands: [
            ListQuarantine.self, ShowQuarantined.self, RequeueQuarantined.self,
            DropQuarantined.self,
        ])
}

struct ListQuarantine: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is in quarantine, and why")

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        session.progress.begin("listing")
        var items: [QuarantineListDocument.Item] = []
        var failures: [(name: String, error: ClientError)] = []
        for tier in Tier.allCases {
            let list = try session.connection.gather(
                tier, .listQuarantine, ListRequest(), as: QuarantineListDocument.self,
                limit: nil, terms: session.terms)
            items += list.items
            failures += list.failures
        }
        items.sort { ($0.at, $0.id) < ($1.at, $1.id) }
        try session.show(QuarantineListDocument(items: items)) {
            QuarantineRenderer.text($0, $1)
        }
        return session.tellMissing(failures)
    }
}

struct ShowQuarantined: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One quarantined message with its bytes")

    @Argument(help: "What `quarantine list` shows, such as server@server-a:3.")
    var id: String

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let place = try QuarantinePlace(id)
        let document = try session.ask(
            place.instance, .getQuarantined, place.request, for: QuarantinedDocument.self)
        try session.show(document) { QuarantineRenderer.text($0, $1) }
        return .ok
    }
}

struct RequeueQuarantined: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue",
        abstract: "Hand a message back to its twin once more, and lift its ban",
        discussion: """
            If it ends the process again it stays in quarantine, and after two ends it is refused \
            again.
            """)

    @Argument(help: "What `quarantine list` shows, such as server@server-a:3.")
    var id: String

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        try session.dealWithQuarantined(id, .requeueQuarantined)
    }
}

struct DropQuarantined: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Forget a quarantined message; it stays refused")

    @Argument(help: "What `quarantine list` shows, such as server@server-a:3.")
    var id: String

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        try session.dealWithQuarantined(id, .dropQuarantined)
    }
}

/// Where a quarantined message lies, from its id: `server@server-a:3`.
struct QuarantinePlace {
    let instance: Destination
    let request: QuarantinedRequest

    init(_ text: String) throws(ClientError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[1]), number > 0 else {
            throw QuarantinePlace.mistake(text)
        }
        do throws(AddressError) {
            instance = try Destination(String(parts[0]))
        } catch {
            throw QuarantinePlace.mistake(text)
        }
        guard case .instance = instance else { throw QuarantinePlace.mistake(text) }
        request = QuarantinedRequest(id: number)
    }

    private static func mistake(_ text: String) -> ClientError {
        .usage(
            message: "\"\(text)\" names no quarantined message: wanted TIER@INSTANCE:NUMBER, "
                + "such as server@server-a:3",
            hint: "twinctl quarantine list")
    }
}

extension Session {
    fileprivate mutating func dealWithQuarantined(
        _ id: String, _ type: MessageType
    ) throws(ClientError) -> ExitStatus {
        let place = try QuarantinePlace(id)
        let document = try ask(
            place.instance, type, place.request, for: QuarantineCommandDocument.self)
        try show(document) { document, _ in QuarantineRenderer.text(document) }
        return .ok
    }
}
