import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl decommission`: servers that are gone for good.
struct DecommissionCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "decommission", abstract: "Take servers out of watch",
        discussion: "A file is one of `commission`: its first column counts.")

    @Argument(help: "The servers' keys.")
    var keys: [String] = []

    @Option(help: ArgumentHelp("A list of servers.", valueName: "path"))
    var file: String?

    @Flag(help: "Yes, all of the file.")
    var yes = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard keys.isEmpty == (file != nil) else {
            throw ValidationError("wanted either keys or --file")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        var addresses: [TwinAddress] = []
        if let file {
            addresses = try ServerList.addresses(text: try TextFile.read(file), file: file)
            guard yes else {
                throw .usage(
                    message: "--file \(file) would take \(addresses.count) servers out of watch; "
                        + "nothing was done",
                    hint: "add --yes")
            }
        }
        for key in keys { addresses.append(try Naming.twin(key, in: .server)) }
        if addresses.count == 1, let address = addresses.first, file == nil {
            let document = try session.ask(
                .twin(address), .decommission, DecommissionRequest(), for: CommandDocument.self)
            try session.show(document) { document, _ in
                CommandRenderer.text(document, deed: "decommissioned")
            }
            return .ok
        }
        var summary = BulkSummary()
        let status = try session.decommissionAll(addresses, &summary)
        try session.show(summary) { summary, _ in
            "\(addresses.count) servers: \(summary.decommissioned) decommissioned, "
                + "\(summary.unchanged) already so, \(summary.refused.count) refused"
        }
        return status
    }
}

extension Session {
    /// Refusals told one by one; the summary counts the rest.
    private static let refusalsTold = 20

    /// Commissions all entries, many at a time. Returns the status of the first refusal.
    mutating func commissionAll(
        _ entries: [ServerList.Entry], _ summary: inout BulkSummary
    ) throws(ClientError) -> ExitStatus {
        let terms = bulkTerms
        let requests = entries.map {
            ClientRequest(.twin($0.address), .commission, $0.request, terms: terms)
        }
        progress.begin("commissioning", total: entries.count)
        return try sendAll(requests, entries.map(\.address), &summary) { summary, document in
            if document.changed { summary.changed += 1 } else { summary.unchanged += 1 }
        }
    }

    /// Decommissions all addresses, many at a time. Returns the status of the first refusal.
    mutating func decommissionAll(
        _ addresses: [TwinAddress], _ summary: inout BulkSummary
    ) throws(ClientError) -> ExitStatus {
        let terms = bulkTerms
        let requests = addresses.map {
            ClientRequest(.twin($0), .decommission, DecommissionRequest(), terms: terms)
        }
        progress.begin("decommissioning", total: addresses.count)
        return try sendAll(requests, addresses, &summary) { summary, document in
            if document.changed { summary.decommissioned += 1 } else { summary.unchanged += 1 }
        }
    }

    /// One of many may wait for an owner that starts again.
    private var bulkTerms: RetryTerms {
        var terms = terms
        terms.waitsForOwner = true
        return terms
    }

    private mutating func sendAll(
        _ requests: [ClientRequest], _ addresses: [TwinAddress], _ summary: inout BulkSummary,
        count: (inout BulkSummary, CommandDocument) -> Void
    ) throws(ClientError) -> ExitStatus {
        var status = ExitStatus.ok
        var counted = summary
        let told = output
        let progress = progress
        try connection.requestAll(requests) { index, result in
            progress.step()
            do throws(ClientError) {
                count(&counted, try result.get().decode(CommandDocument.self))
            } catch {
                if status == .ok { status = error.exitStatus }
                counted.refuse(addresses[index], error)
                if counted.refused.count <= Self.refusalsTold {
                    let content = error.document.error
                    told.note("\(addresses[index]): \(content.code): \(content.message)")
                }
            }
        }
        summary = counted
        return status
    }
}
