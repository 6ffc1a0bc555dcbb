import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl incidents`: what is open now in all three tiers, the worst first.
struct IncidentsCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents", abstract: "What is wrong now (folded ones with --all)")

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

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let question = ListRequest(
            rack: try keyOfOption(rack, .rack), dc: try keyOfOption(dc, .dc),
            kind: try knownKind(), severity: try knownSeverity(),
            labels: labels.isEmpty ? nil : try Naming.pairs(labels, option: "--label"),
            all: all)
        var items: [IncidentDocument] = []
        var missing: [MissingShardDocument] = []
        var stale: [StalenessDocument] = []
        var failures: [(name: String, error: ClientError)] = []
        for tier in Tier.allCases.reversed() {
            let list = try session.connection.gather(
                tier, .listIncidents, question, as: IncidentsDocument.self, limit: nil,
                terms: session.terms)
            items += list.items
            missing += list.missing
            stale += list.stale
            failures += list.failures
        }
        items.sort(by: Self.isWorse)
        let document = IncidentsDocument(items: items, missing: missing, stale: stale)
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
