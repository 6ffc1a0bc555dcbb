import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl drain`: all shards of an instance to the others of its tier, before it is taken away.
struct DrainCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Empty an instance before it is taken away",
        discussion: """
            Its shards move to the other instances of its tier, a few at a time, while all are \
            served; it gets no new ones until it is started again. Interrupted, it goes on \
            without this command.
            """)

    @Argument(help: "What `status` calls it.")
    var instance: String

    @Flag(help: "Only ask for it: do not wait until the instance is empty.")
    var noWait = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let name = try Naming.instance(instance)
        let start = ClientTime.monotonicMilliseconds
        let before = try session.placementNow().placement.shards(of: name)
        var document = try session.ask(
            .broker, .drain, DrainRequest(instance: name), for: MovesDocument.self)
        guard !noWait else {
            try session.show(document) { document, _ in
                MovesRenderer.draining(document, name.text)
            }
            return .ok
        }
        session.progress.begin("draining \(name)", total: before.count)
        let after = try session.waitUntilEmpty(name, before.count)
        document.moves = before.map { shard in
            .init(
                shard: "\(shard)", from: name.text, to: after[shard]?.instance.text ?? "nobody")
        }
        let took = Milliseconds(rawValue: ClientTime.monotonicMilliseconds - start)
        try session.show(document) { document, _ in
            MovesRenderer.drained(document, name.text, took: took)
        }
        return .ok
    }
}
