import ArgumentParser
import Foundation
import TwinClient
import TwinCore
import TwinWire

/// `twinctl commission`: one server, one unknown reporter, or a file of them.
struct CommissionCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "commission", abstract: "Put servers under watch, or move them",
        discussion: """
            A file has one server a line: key,rack,dc,label=value… (or tabs, or blanks), or a \
            JSON object a line with key, rack, dc, labels and intervalSeconds. It may be sent \
            again at any time: what is so already stays as it is.
            """)

    @Argument(help: "The server's key.")
    var key: String?

    @Option(help: "Its data center; may be left out when there is one.")
    var dc: String?

    @Option(help: "Its rack.")
    var rack: String?

    @Option(
        name: .customLong("label"), parsing: .singleValue,
        help: ArgumentHelp("A label, such as feed=A.", valueName: "name=value"))
    var labels: [String] = []

    @Option(help: ArgumentHelp("How often it will report (default 10s).", valueName: "time"))
    var interval: TimeSpan?

    @Option(help: ArgumentHelp("A list of servers.", valueName: "path"))
    var file: String?

    @Flag(help: "With --file: only show the difference.")
    var dryRun = false

    @Flag(help: "With --file: take out what its data centers have and it does not name.")
    var prune = false

    @Flag(help: "Yes, really prune.")
    var yes = false

    @Option(help: ArgumentHelp("A server of `list unknown`.", valueName: "key"))
    var unknown: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let ways = [key != nil, file != nil, unknown != nil].filter { $0 }.count
        guard ways == 1 else {
            throw ValidationError("wanted one of KEY, --file and --unknown, found \(ways)")
        }
        if file == nil {
            guard rack != nil else { throw ValidationError("--rack: which rack does it stand in?") }
            guard !dryRun, !prune else {
                throw ValidationError("--dry-run and --prune need --file")
            }
        } else {
            guard rack == nil, labels.isEmpty, interval == nil else {
                throw ValidationError("--file takes no --rack, --label or --interval")
            }
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        if let file { return try commission(file: file, in: &session) }
        let address = try Naming.twin(unknown ?? key ?? "", in: .server)
        if unknown != nil { try checkIsUnknown(address, in: &session) }
        let request = CommissionRequest(
            dc: try dcForOne(in: &session), rack: try Naming.twin(rack ?? "", in: .rack).key,
            labels: try Naming.pairs(labels, option: "--label"),
            intervalSeconds: interval?.span.seconds)
        let document = try session.ask(
            .twin(address), .commission, request, for: CommandDocument.self)
        try session.show(document) { document, _ in
            CommandRenderer.text(document, deed: "commissioned in \(request.dc)/\(request.rack)")
        }
        return .ok
    }

    private func dcForOne(in session: inout Session) throws(ClientError) -> TwinKey {
        try session.datacenter(dc)
    }

    private func checkIsUnknown(
        _ address: TwinAddress, in session: inout Session
    ) throws(ClientError) {
        let list = try session.connection.gather(
            .server, .listUnknown, ListRequest(), as: UnknownReportersDocument.self, limit: nil,
            terms: session.terms)
        guard !list.items.contains(where: { $0.address == address.description }) else { return }
        throw .refused(
            Refusal(
                .unknownAddress, "\(address) is not among the unknown reporters",
                address: address.description, found: "\(list.items.count) others",
                wanted: "a reporter that nobody commissioned", hint: "twinctl list unknown"))
    }
}

// MARK: - From a file

extension CommissionCommand {
    private func commission(
        file: String, in session: inout Session
    ) throws(ClientError) -> ExitStatus {
        var dcKey: TwinKey?
        if let dc { dcKey = try Naming.twin(dc, in: .dc).key }
        let list = try ServerList(text: try TextFile.read(file), file: file, dc: dcKey)
        var removed: [TwinAddress] = []
        if dryRun || prune {
            var sameplace: [ServerList.Entry] = []
            session.progress.begin("listing what is under watch")
            let present = try present(in: &session)
            var plan = CommissionPlan(list, present: present, sameplace: &sameplace)
            if dryRun {
                try compareLabels(sameplace, &plan, in: &session)
                try session.show(plan) { plan, _ in plan.text(prunes: prune) }
                return .ok
            }
            guard yes || plan.removed.isEmpty else {
                throw .usage(
                    message: "--prune would take \(plan.removed.count) servers out of watch, such "
                        + "as \(plan.removed[0].key); nothing was done",
                    hint: "look with --dry-run, then add --yes")
            }
            for change in plan.removed { removed.append(try Naming.twin(change.key, in: .server)) }
        }
        var summary = BulkSummary()
        var status = try session.commissionAll(list.entries, &summary)
        if status == .ok {
            status = try session.decommissionAll(removed, &summary)
        }
        try session.show(summary) { summary, _ in
            "\(list.entries.count) servers: \(summary.changed) commissioned or changed, "
                + "\(summary.unchanged) already so, \(summary.decommissioned) taken out, "
                + "\(summary.refused.count) refused"
        }
        return status
    }

    /// All servers under watch; a tier that is not whole cannot be compared with.
    private func present(in session: inout Session) throws(ClientError) -> [ListDocument.Item] {
        let list = try session.connection.gather(
            .server, .listTwins, ListRequest(), as: ListDocument.self, limit: nil,
            terms: session.terms)
        if let failure = list.failures.first { throw failure.error }
        if let lost = list.missing.first {
            throw .refused(
                Refusal(
                    .unavailable, "\(lost.shard) and what it holds cannot be compared with",
                    found: "\(list.missing.count) shards without an owner"))
        }
        return list.items
    }

    private func compareLabels(
        _ entries: [ServerList.Entry], _ plan: inout CommissionPlan, in session: inout Session
    ) throws(ClientError) {
        let terms = session.terms
        let requests = entries.map {
            ClientRequest(.twin($0.address), .getServer, terms: terms)
        }
        let progress = session.progress
        progress.begin("comparing labels", total: entries.count)
        var failure: ClientError?
        try session.connection.requestAll(requests) { index, result in
            progress.step()
            do throws(ClientError) {
                let server = try result.get().decode(ServerDocument.self)
                plan.compare(entries[index], labels: server.labels)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
