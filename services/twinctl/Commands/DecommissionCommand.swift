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
