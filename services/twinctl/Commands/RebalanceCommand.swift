import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl rebalance`: the shards of a tier evenly over the instances that are here.
struct RebalanceCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance", abstract: "Spread the shards of a tier evenly over its instances",
        discussion: """
            As few shards move as possible; those of an instance that is away stay where they \
            are, because their state is on its disk.
            """)

    @Argument(help: "server, rack or dc.")
    var tier: TierName

    @Flag(help: "Only show what would move.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let document = try session.ask(
            .broker, .rebalance, RebalanceRequest(tier: tier.tier, dryRun: dryRun),
            for: MovesDocument.self)
        try session.show(document) { document, context in
            MovesRenderer.balance(document, isDryRun: dryRun, context)
        }
        return .ok
    }
}
