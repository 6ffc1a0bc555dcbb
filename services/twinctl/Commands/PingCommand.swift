import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl ping`: is anybody there, and how long does a round trip take.
struct PingCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Round trip to the broker or to a twin's owner")

    @Argument(help: "tier/KEY, tier#SHARD, tier@INSTANCE or broker.")
    var address = "broker"

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let reply = try session.connection.request(
            ClientRequest(try Naming.destination(address), .ping, terms: session.terms))
        var document = try reply.decode(PingDocument.self)
        document.roundTripMilliseconds = reply.roundTripMilliseconds
        try session.show(document) { document, _ in PingRenderer.text(document) }
        return .ok
    }
}
