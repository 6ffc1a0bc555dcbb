import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl incidents`: what is open now in all three tiers, the worst first.
struct IncidentsCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents", abstract: "What is wrong now (folded ones with --all)",
        discussion: """
            The worst first. With --limit a page at a time, in the order of addresses, data \
            centers before racks before servers; --after goes on where a page ended.
            """)

    @Option(help: "Only of this rack and its servers.")
    var rack: String?

    @Option(help: "Only of this data center.")
    var dc: String?

    @Option(help: "Only of this kind, such as missing-report.")
    var kind: String?

    @Option(help: "At least this severity: info, warning, error or critical.")
    var severity: String?

    @Option(
        name: .customLong("label"), parsing: .singleValue,
        help: ArgumentHelp("Only of twins with this label.", valueName: "name=value"))
    var labels: [String] = []

    @Flag(help: "Those folded into a parent's incident too.")
    var all = false

    @Option(help: "At most so many; what one twin has stays together.")
    var limit: Int?

    @Option(help: ArgumentHelp("Go on after an earlier page.", valueName: "cursor"))
    var after: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit: wanted at least 1, found \(limit)")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        var question = ListRequest(
            rack: try keyOfOption(rack, .rack), dc: try keyOfOption(dc, .dc),
            kind: try knownKind(), severity: try knownSeverity(),
            labels: labels.isEmpty ? nil : try Naming.pairs(labels, option: "--label"),
            all: all)
        var items: [IncidentDocument] = []
        var missing: [MissingShardDocument] = []
        var stale: [StalenessDocument] = []
        var failures: [(name: String, error: ClientError)] = []
        let start = try after.map { text throws(ClientError) in try Naming.twin(text) }
        var left = limit
        var cursor: String?
        for tier in Tier.allCases.reversed()
        where start.map({ tier.rawValue <= $0.tier.rawValue }) ?? true {
            question.after = start.flatMap { $0.tier == tier ? $0.key.description : nil }
            let list = try session.connection.gather(
                tier, .listIncidents, question, as: IncidentsDocument.self, limit: left,
                terms: session.terms)
            items += list.items
            missing += list.missing
            stale += list.stale
            failures += list.failures
            left = left.map { $0 - list.items.count }
            let isFull = left.map { $0 <= 0 && tier != .server } ?? false
            if list.cursor != nil || isFull {
                cursor = list.items.last?.address
                break
            }
        }
        items.sort(by: Self.isWorse)
        let document = IncidentsDocument(
            items: items, cursor: cursor, missing: missing, stale: stale)
        try session.show(document) { IncidentsRenderer.text($0, $1) }
        return session.tellMissing(failures, missing)
    }

    /// The worst first, then the oldest.
    private static func isWorse(_ left: IncidentDocument, _ right: IncidentDocument) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        return left.since == right.since ? left.id < right.id : left.since < right.since
    }

    private func keyOfOption(_ text: String?, _ tier: Tier) throws(ClientError) -> TwinKey? {
        guard let text else { return nil }
        return try Naming.twin(text, in: tier).key
    }

    private func knownKind() throws(ClientError) -> String? {
        guard let kind, IncidentKind(rawValue: kind) == nil else { return kind }
        throw .usage(
            message: "--kind: no incident is called \"\(kind)\"; wanted one of "
                + IncidentKind.allCases.map(\.rawValue).joined(separator: ", "),
            hint: nil)
    }

    private func knownSeverity() throws(ClientError) -> Severity? {
        guard let severity else { return nil }
        guard let known = Severity(name: severity) else {
            throw .usage(
                message: "--severity: wanted info, warning, error or critical, "
                    + "found \"\(severity)\"",
                hint: nil)
        }
        return known
    }
}
