import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl list`: the twins of a tier, or who reports without being commissioned.
struct ListCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Twins of a tier, or reporters nobody commissioned",
        discussion: """
            --where takes status=STATUS, rack=KEY, dc=KEY and label.NAME=VALUE, and may be \
            repeated: all must hold.
            """)

    enum What: String, CaseIterable, ExpressibleByArgument {
        case server, rack, dc, unknown
    }

    @Argument(help: "server, rack, dc or unknown.")
    var what: What

    @Option(
        name: .customLong("where"), parsing: .singleValue,
        help: ArgumentHelp("Only twins of which this holds.", valueName: "field=value"))
    var conditions: [String] = []

    @Option(help: "Only of this rack, as --where rack=KEY.")
    var rack: String?

    @Option(help: "Only of this data center, as --where dc=KEY.")
    var dc: String?

    @Option(help: "At most so many.")
    var limit: Int?

    @Option(help: ArgumentHelp("Go on after an earlier list.", valueName: "cursor"))
    var after: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit: wanted at least 1, found \(limit)")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let places = [("rack", rack), ("dc", dc)].compactMap { field, key in
            key.map { "\(field)=\($0)" }
        }
        var question = try ListConditions(conditions + places).question
        question.after = after
        session.progress.begin("listing")
        switch what {
        case .unknown:
            let list = try session.connection.gather(
                .server, .listUnknown, question, as: UnknownReportersDocument.self, limit: limit,
                terms: session.terms)
            let document = UnknownReportersDocument(
                items: list.items, cursor: list.cursor, missing: list.missing)
            try session.show(document) { ListRenderer.text($0, $1) }
            return session.tellMissing(list.failures, list.missing)
        case .server: return try list(.server, question, in: &session)
        case .rack: return try list(.rack, question, in: &session)
        case .dc: return try list(.dc, question, in: &session)
        }
    }

    private func list(
        _ tier: Tier, _ question: ListRequest, in session: inout Session
    ) throws(ClientError) -> ExitStatus {
        let list = try session.connection.gather(
            tier, .listTwins, question, as: ListDocument.self, limit: limit, terms: session.terms)
        let document = ListDocument(
            tier: tier, items: list.items, cursor: list.cursor, missing: list.missing,
            stale: list.stale)
        try session.show(document) { ListRenderer.text($0, $1) }
        return session.tellMissing(list.failures, list.missing)
    }
}
