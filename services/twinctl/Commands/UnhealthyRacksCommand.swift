import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl unhealthy-racks`: where it is unhealthy, why and since when.
struct UnhealthyRacksCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "unhealthy-racks",
        abstract: "Racks that are unhealthy now, with cause and since when")

    @Argument(help: "The data center; may be left out when there is one.")
    var dc: String?

    @Flag(help: "Exit with 2 when something is unhealthy or unknown.")
    var exitCode = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let document = try session.unhealthyRacks(of: try session.datacenter(dc))
        try session.show(document) { UnhealthyRacksRenderer.text($0, $1) }
        return exitCode && !document.healthy ? .unhealthy : .ok
    }
}

extension Session {
    /// All pages of the answer as one.
    mutating func unhealthyRacks(of dc: TwinKey) throws(ClientError) -> UnhealthyRacksDocument {
        let address = Destination.twin(TwinAddress(tier: .dc, key: dc))
        var whole = try ask(
            address, .getUnhealthyRacks, UnhealthyRacksRequest(),
            for: UnhealthyRacksDocument.self)
        while let cursor = whole.cursor {
            let page = try ask(
                address, .getUnhealthyRacks, UnhealthyRacksRequest(after: cursor),
                for: UnhealthyRacksDocument.self)
            let known = Set(whole.racks.map(\.key))
            let knownUnknown = Set(whole.unknownRacks.map(\.key))
            whole.racks += page.racks.filter { !known.contains($0.key) }
            whole.unknownRacks += page.unknownRacks.filter { !knownUnknown.contains($0.key) }
            // A cursor that stands still would never end.
            whole.cursor = page.cursor == cursor ? nil : page.cursor
        }
        return whole
    }
}
