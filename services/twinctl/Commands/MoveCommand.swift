import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl move`: one shard to another instance, while it is served.
struct MoveCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Move one shard to another instance, live",
        discussion: """
            The owner copies the shard while it serves it and pauses it only for the last changes. \
            Waits for the new owner; what takes longer goes on without this command.
            """)

    @Argument(help: "TIER#SHARD, such as server#12.")
    var shard: String

    @Argument(help: "The instance that is to serve it.")
    var instance: String

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let shard = try Naming.shard(shard)
        let name = try Naming.instance(instance)
        let start = ClientTime.monotonicMilliseconds
        session.progress.begin("moving \(shard) to \(name)")
        let document = try session.ask(
            .broker, .moveShard, MoveShardRequest(shard: shard, to: name), for: MovesDocument.self)
        try session.waitUntil(name, serves: shard)
        let took = Milliseconds(rawValue: ClientTime.monotonicMilliseconds - start)
        try session.show(document) { document, _ in MovesRenderer.moved(document, took: took) }
        return .ok
    }
}
