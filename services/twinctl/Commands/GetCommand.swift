import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl get`: one twin, whole.
struct GetCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Everything one twin knows")

    @Argument(help: "server, rack or dc; or the whole address, such as rack/dc1-r07.")
    var tier: String

    @Argument(help: "The key; a data center's may be left out when there is one.")
    var key: String?

    @Flag(help: "Every metric of a server.")
    var allMetrics = false

    @Flag(help: "Every server of a rack.")
    var allMembers = false

    @Flag(help: "Every rack of a data center.")
    var allRacks = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let address = try address(in: &session)
        let destination = Destination.twin(address)
        let nothing = [String: String]()
        switch address.tier {
        case .server:
            let server = try session.ask(
                destination, .getServer, nothing, for: ServerDocument.self)
            try session.show(server) { ServerRenderer.text($0, allMetrics: allMetrics, $1) }
        case .rack:
            let rack = try session.ask(destination, .getRack, nothing, for: RackDocument.self)
            try session.show(rack) { RackRenderer.text($0, allMembers: allMembers, $1) }
        case .dc:
            let dc = try session.ask(
                destination, .getDatacenter, nothing, for: DatacenterDocument.self)
            try session.show(dc) { DatacenterRenderer.text($0, allRacks: allRacks, $1) }
        }
        return .ok
    }

    private func address(in session: inout Session) throws(ClientError) -> TwinAddress {
        guard let known = Tier(name: tier) else {
            guard key == nil, tier.contains("/") else {
                throw .usage(
                    message: "get: wanted server, rack or dc and a key, found \"\(tier)\"",
                    hint: "twinctl get server KEY")
            }
            return try Naming.twin(tier)
        }
        if let key { return try Naming.twin(key, in: known) }
        guard known == .dc else {
            throw .usage(
                message: "get \(tier): wanted a key", hint: "twinctl list \(tier)")
        }
        return TwinAddress(tier: .dc, key: try session.datacenter(nil))
    }
}
