import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl adopt`: a shard whose owner is lost for good to an instance that goes on with it.
struct AdoptCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Give a shard that nobody serves to an instance",
        discussion: """
            For a shard whose owner will never come back. An instance that had released it or was \
            getting it goes on with its copy. Any other begins it empty: every twin of the shard, \
            with its commission, incidents and history, is gone then; so does one whose copy was \
            not whole yet. Where that may be, --yes is asked for.
            """)

    @Argument(help: "TIER#SHARD, such as server#12.")
    var shard: String

    @Argument(help: "The instance that is to serve it from now on.")
    var instance: String

    @Flag(help: "Yes, even if the shard begins empty or its last owner's data is given up.")
    var yes = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let shard = try Naming.shard(shard)
        let name = try Naming.instance(instance)
        // The broker knows who holds the shard, and refuses without the consent that is wanted.
        let document = try session.ask(
            .broker, .adopt, AdoptRequest(shard: shard, to: name, mayBeginEmpty: yes),
            for: MovesDocument.self)
        try session.show(document) { document, _ in MovesRenderer.adopted(document) }
        return .ok
    }
}
