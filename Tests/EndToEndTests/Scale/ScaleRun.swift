import Foundation
import Glibc
import TwinClient
import TwinCore
import TwinWire

/// Carries out the steps of a scaling run on a cluster under load: joins, balances, drains, and
/// kills one party in the midst of each.
final class ScaleRun {
    private let cluster: Cluster
    private let load: SteadyLoad
    private(set) var outcomes: [ScaleOutcome] = []
    private var askedAt: Int64 = 0

    /// Short: whoever asks while the broker is dead asks again.
    private static let brief = RetryTerms(timeout: .seconds(1), attemptTimeout: .seconds(1))
    /// A look at the moves; shorter than what any of them takes.
    private static let look = Duration.milliseconds(2)
    private static let killWithin = 60.0
    private static let stepWithin = 300.0
    /// The dead stay dead for so long.
    private static let deadFor = Duration.milliseconds(500)
    /// A move that was given up is asked for again after this time without any.
    private static let askEvery: Int64 = 2_000

    init(_ cluster: Cluster, _ load: SteadyLoad) {
        self.cluster = cluster
        self.load = load
    }

    /// - Parameter number: of the step in the load's records.
    func carryOut(_ step: ScaleStep, number: Int) async throws {
        for member in step.joins { try cluster.start(member) }
        let client = cluster.client
        try await eventually("\(step.joins) have joined", within: Self.killWithin) {
            let processes = try client.status().processes
            return step.joins.allSatisfy { member in
                processes.contains { $0.name == member.rawValue && $0.state == .ok }
            }
        }
        load.order { $0.step = number }
        let before = try epochs(of: step.tier)
        let began = ClientTime.monotonicMilliseconds
        try ask(step)
        let killed = try await kill(step) ?? "nobody"
        try await eventually("\(step.name) is done", within: Self.stepWithin) {
            _ = try load.progress()
            return try isDone(step)
        }
        let ended = ClientTime.monotonicMilliseconds
        let grown = try epochs(of: step.tier).map { shard, epoch in
            (shard: shard, moves: epoch - before[shard, default: epoch])
        }
        outcomes.append(
            ScaleOutcome(
                step: step, killed: killed, moves: grown.reduce(0) { $0 + $1.moves },
                moved: Set(grown.filter { $0.moves > 0 }.map(\.shard)),
                others: Set(grown.filter { $0.moves == 0 }.map(\.shard)),
                seconds: Double(ended - began) / 1_000))
        if let leaves = step.leaves {
            let end = try await cluster.stop(leaves)
            guard end == .exit(0) else { throw HarnessError("\(leaves) ended as \(end)") }
        }
    }

    /// The epoch of each shard of a tier: with each handoff it grows by one.
    private func epochs(of tier: Tier) throws -> [ShardID: Int] {
        let placement = try placement()
        var epochs: [ShardID: Int] = [:]
        for index in 0..<cluster.shards {
            let shard = ShardID(tier: tier, index: UInt16(index))
            epochs[shard] = Int(placement[shard]?.epoch.rawValue ?? 1)
        }
        return epochs
    }

    func placement() throws -> Placement {
        try cluster.client.ask(.broker, .getPlacement, for: PlacementDocument.self).placement
    }

    // MARK: asking

    private func ask(_ step: ScaleStep) throws {
        askedAt = ClientTime.monotonicMilliseconds
        let client = cluster.client
        let plan: MovesDocument
        if let leaves = step.leaves {
            plan = try client.ask(
                .broker, .drain, DrainRequest(instance: try InstanceName(leaves.rawValue)),
                for: MovesDocument.self)
        } else {
            plan = try client.ask(
                .broker, .rebalance, RebalanceRequest(tier: step.tier, dryRun: false),
                for: MovesDocument.self)
        }
        guard !outcomes.isEmpty || !plan.moves.isEmpty else {
            throw HarnessError("\(step.name): the broker sees nothing to move")
        }
    }

    /// All shards are where they belong and none is on its way.
    private func isDone(_ step: ScaleStep) throws -> Bool {
        let client = cluster.client
        let status = try client.ask(
            .broker, .clusterStatus, for: StatusDocument.self, terms: Self.brief)
        guard status.moves?.isEmpty == true else { return false }
        let owners = status.processes
            .filter { $0.tier == step.tier && $0.name != step.leaves?.rawValue }
            .compactMap(\.shards).filter { $0 > 0 }
        let isWhole = owners.reduce(0, +) == cluster.shards
        let isEven = step.leaves != nil || (owners.max() ?? 0) - (owners.min() ?? 0) <= 1
        if isWhole, isEven, owners.count == step.instances { return true }
        // What was given up for a dead party rests half a minute; an operator need not wait.
        if ClientTime.monotonicMilliseconds - askedAt > Self.askEvery { try moveByHand(step) }
        return false
    }

    private func moveByHand(_ step: ScaleStep) throws {
        try ask(step)
        let client = cluster.client
        let plan = try client.ask(
            .broker, .rebalance, RebalanceRequest(tier: step.tier, dryRun: true),
            for: MovesDocument.self)
        for move in plan.moves.prefix(Limits.movesInFlightMax) {
            guard case .shard(let shard) = try Destination(move.shard) else { continue }
            let request = MoveShardRequest(shard: shard, to: try InstanceName(move.to))
            do throws(ClientError) {
                _ = try client.ask(
                    .broker, .moveShard, request, for: MovesDocument.self, terms: Self.brief)
            } catch {
                // On its way already, or too many are: the next look tells.
                guard case .refused = error else { throw error }
            }
        }
    }

    // MARK: killing

    /// Kills the party of the first move that is in the wanted phase, and starts it again.
    private func kill(_ step: ScaleStep) async throws -> String? {
        guard let party = step.victim else { return nil }
        let deadline = ClientTime.monotonicMilliseconds + Int64(Self.killWithin * 1_000)
        while ClientTime.monotonicMilliseconds < deadline {
            let status = try cluster.client.status()
            let move = status.moves?.first { move in
                step.phases.contains(move.phase) && move.shard.hasPrefix("\(step.tier)#")
            }
            guard let move else {
                try await Task.sleep(for: Self.look)
                continue
            }
            guard let victim = party.member(in: move) else {
                throw HarnessError("nobody is called so: \(move)")
            }
            try await cluster.kill(victim)
            try await Task.sleep(for: Self.deadFor)
            try cluster.start(victim)
            return "\(party.rawValue) (\(victim.rawValue)), \(move.shard) \(move.phase)"
        }
        throw HarnessError("\(step.name): no move was seen \(step.phases.sorted()) within 60 s")
    }
}
