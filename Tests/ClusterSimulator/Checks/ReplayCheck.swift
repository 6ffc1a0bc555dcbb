import SimulatedFleet
import TwinStore

/// Replaying the files of an instance gives the same twins, bit for bit, at any time.
final class ReplayCheck: Checker {
    let name = "replay"
    private var random: SplitMix64

    /// One look of so many makes a copy.
    private let looksPerCheck: Int

    init(plan: SimulationPlan) {
        random = RandomStream.checks.random(seed: plan.seed)
        looksPerCheck = plan.isWhole ? Self.looksPerCopy : Self.looksPerCopyInShortRuns
    }

    /// In the mean; and one of each instance at the end.
    private static let looksPerCopy = 30
    private static let looksPerCopyInShortRuns = 4

    func look(in world: World) {
        guard random.index(below: looksPerCheck) == 0,
            let process = random.pick(world.instances)
        else { return }
        let outages: [Outage] = [
            .processCrash, .powerCut, .tornPowerCut(seed: UInt64(random.index(below: 1_000))),
        ]
        process.checkReplay(after: random.pick(outages) ?? .processCrash)
    }

    func finish(in world: World) {
        for process in world.instances { process.checkReplay(after: .powerCut) }
    }
}
