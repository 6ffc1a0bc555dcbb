import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl adopt`: a shard whose owner is lost for good to an instance that goes on with it.
struct AdoptCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Give a shard that nobody serves to an instance",
        discussion: """
            For a shard whose owner will never come back. An instance that was giving it away or \
            getting it goes on with its copy. Any other begins it empty: every twin of the shard, \
            with its commission, incidents and history, is gone then.
            """)

    @Argument(help: "TIER#SHARD, such as server#12.")
    var shard: String

    @Argument(help: "The instance that is to serve it from now on.")
    var instance: String

    @Flag(help: "Yes, even if the shard begins empty.")
    var yes = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let shard = try Naming.shard(shard)
        let name = try Naming.instance(instance)
        if !yes { try checkCopy(of: shard, at: name, in: &session) }
        let document = try session.ask(
            .broker, .adopt, MoveShardRequest(shard: shard, to: name), for: MovesDocument.self)
        try session.show(document) { document, _ in MovesRenderer.adopted(document) }
        return .ok
    }

    /// Only the two ends of a released move are known to hold the shard.
    private func checkCopy(
        of shard: ShardID, at name: InstanceName, in session: inout Session
    ) throws(ClientError) {
        let document = try session.placementNow()
        let placement = document.placement
        if let move = placement.move(of: shard), move.releasedDigest != nil,
            move.from == name || move.to == name
        {
            return
        }
        let owner = placement[shard]?.instance
        if let owner,
            document.instances.contains(where: { $0.name == owner.text && $0.state != .lost })
        {
            throw .refused(
                Refusal(
                    .conflict, "\(shard) is served by \(owner)", address: "\(shard)",
                    found: owner.text, wanted: "a shard that nobody serves",
                    hint: "twinctl move \(shard) \(name)"))
        }
        let givenUp = owner.map { ", and what \($0) holds of it is given up" }
        throw .usage(
            message: "\(name) is not known to hold \(shard): the shard would begin empty, without "
                + "any of its twins\(givenUp ?? ""); nothing was done",
            hint: "start its owner again if that can be done; else add --yes")
    }
}
