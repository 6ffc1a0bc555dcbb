import ArgumentParser
import Foundation
import TwinClient
import TwinCore
import TwinWire

/// `twinctl maintenance`: planned work that must not page.
struct MaintenanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Mute planned work; it ends by itself",
        subcommands: [SetMaintenance.self, EndMaintenance.self, ListMaintenance.self])
}

struct SetMaintenance: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Put a server, a rack or a data center into maintenance")

    @Argument(help: "tier/KEY; a bare KEY is a server's.")
    var address: String

    @Option(name: .customLong("for"), help: ArgumentHelp("How long.", valueName: "time"))
    var duration: TimeSpan

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @Option(help: "Who works there (default: $USER).")
    var owner: String?

    @Option(help: "The window's name; the same name again changes that window.")
    var id: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let address = try Naming.twin(address)
        let until = ClientTime.wall + duration.span
        let request = SetMaintenanceRequest(
            id: id ?? Self.freshID(), owner: try Owner.name(owner), reason: reason,
            untilMilliseconds: until.milliseconds)
        let document = try session.ask(
            .twin(address), .setMaintenance, request, for: CommandDocument.self)
        try session.show(document) { document, context in
            let end = HumanTime(now: context.now, zone: .utc).clock(RFC3339(until))
            return CommandRenderer.text(
                document, deed: "put into maintenance \(request.id) until \(end)")
        }
        return .ok
    }

    /// Drawn once for this command: its repetitions carry the same.
    private static func freshID() -> String {
        let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return "m-" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}

struct EndMaintenance: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End the maintenance of a twin before its time")

    @Argument(help: "tier/KEY; a bare KEY is a server's.")
    var address: String

    @Option(help: "Only the window with this name (default: all of the twin's own).")
    var id: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let document = try session.ask(
            .twin(try Naming.twin(address)), .endMaintenance, EndMaintenanceRequest(id: id),
            for: CommandDocument.self)
        try session.show(document) { document, _ in
            CommandRenderer.text(document, deed: "out of maintenance")
        }
        return .ok
    }
}

struct ListMaintenance: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Maintenance that runs or is planned")

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        var items: [MaintenanceDocument] = []
        var missing: [MissingShardDocument] = []
        var failures: [(name: String, error: ClientError)] = []
        for tier in Tier.allCases.reversed() {
            let list = try session.connection.gather(
                tier, .listMaintenance, ListRequest(), as: MaintenanceListDocument.self,
                limit: nil, terms: session.terms)
            items += list.items
            missing += list.missing
            failures += list.failures
        }
        items.sort { ($0.until, $0.address, $0.id) < ($1.until, $1.address, $1.id) }
        try session.show(MaintenanceListDocument(items: items, missing: missing)) {
            MaintenanceRenderer.text($0, $1)
        }
        return session.tellMissing(failures, missing)
    }
}
