import Foundation
import TwinClient
import TwinCore
import TwinWire

/// Scales one tier up and down all the time, as a restless operator: a third instance joins, the
/// tier is balanced, single shards are moved, instances are drained, stopped and started again.
final class ScaleOperator: Sendable {
    struct Tally: Sendable {
        var joins = 0
        var balances = 0
        var drains = 0
        /// Shards that were to move by name, and those words that were refused.
        var asked = 0
        var refused = 0

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                joins: left.joins + right.joins, balances: left.balances + right.balances,
                drains: left.drains + right.drains, asked: left.asked + right.asked,
                refused: left.refused + right.refused)
        }
    }

    private let worker: Worker<Tally>

    /// - Parameters:
    ///   - joiner: the instance that joins; the others are the tier's founders.
    ///   - end: when no instance is taken away any more, in the history's milliseconds.
    init(
        _ tier: Tier, joiner: Member, _ endpoint: String, _ orders: ScaleOrders,
        _ history: History, until end: Int64, random: ChaosRandom
    ) {
        worker = Worker("operator of \(tier)") { stop in
            var work = ScaleWork(
                tier, joiner: joiner, try Connection(to: endpoint), orders, history,
                random: random)
            try work.join()
            while !stop.isRaised {
                try work.step(mayDrain: history.now < end)
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return work.tally
        }
    }

    private static let pause = 0.05

    func check() throws { try worker.check() }

    func stop() { worker.stop.raise() }

    var isOver: Bool { worker.isOver }

    func finish() async throws -> Tally { try await worker.finish() }
}

/// The state of such an operator's thread.
private struct ScaleWork: ~Copyable {
    private static let terms = RetryTerms(timeout: .seconds(1), attemptTimeout: .seconds(1))
    private static let look = 0.05
    /// Many times what it takes while nobody dies.
    private static let patience: Int64 = 90_000
    /// What was given up rests half a minute; an operator does not wait for it.
    private static let byHandEvery: Int64 = 700
    private static let away = 0.3...3.0

    private let tier: Tier
    private let joiner: Member
    private var connection: Connection
    private let orders: ScaleOrders
    private let history: History
    private var random: ChaosRandom
    private var members: [Member]
    private(set) var tally = ScaleOperator.Tally()

    init(
        _ tier: Tier, joiner: Member, _ connection: consuming Connection, _ orders: ScaleOrders,
        _ history: History, random: ChaosRandom
    ) {
        self.tier = tier
        self.joiner = joiner
        self.connection = connection
        self.orders = orders
        self.history = history
        self.random = random
        members = Member.founders.filter { $0.tier == tier }
    }

    mutating func step(mayDrain: Bool) throws {
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where mayDrain: try drain(random.pick(members))
        case 1: try balance()
        default: try move()
        }
    }

    /// The third instance comes.
    mutating func join() throws {
        try carryOut(.start, joiner)
        members.append(joiner)
        let name = joiner.rawValue
        try until("\(name) has joined") { work throws in
            try work.status()?.processes.contains { $0.name == name && $0.state == .ok } == true
        }
        tally.joins += 1
        try balance()
    }

    // MARK: deeds

    /// One shard goes to another instance.
    private mutating func move() throws {
        guard let placement = try ask(.getPlacement, NoContent(), for: PlacementDocument.self)
        else { return }
        let count = placement.placement.shardCounts[tier]
        let shard = ShardID(
            tier: tier, index: UInt16(Int.random(in: 0..<count, using: &random)))
        let owner = placement.placement[shard]?.instance.text
        try move(shard, to: random.pick(members.filter { $0.rawValue != owner }).rawValue)
    }

    private mutating func move(_ shard: ShardID, to name: String) throws {
        let request = MoveShardRequest(shard: shard, to: try InstanceName(name))
        if try ask(.moveShard, request, for: MovesDocument.self) == nil {
            tally.refused += 1
        } else {
            tally.asked += 1
        }
    }

    private mutating func balance() throws {
        let request = RebalanceRequest(tier: tier, dryRun: false)
        if try ask(.rebalance, request, for: MovesDocument.self) != nil { tally.balances += 1 }
    }

    /// An instance is emptied, ends, and comes again after a while.
    private mutating func drain(_ member: Member) throws {
        let request = DrainRequest(instance: try InstanceName(member.rawValue))
        guard try ask(.drain, request, for: MovesDocument.self) != nil else { return }
        var handAt = history.now + Self.byHandEvery
        try until("\(member) is drained") { work throws in
            guard let status = try work.status(),
                let process = status.processes.first(where: { $0.name == member.rawValue })
            else { return false }
            let isMoving = (status.moves ?? []).contains {
                $0.from == member.rawValue || $0.to == member.rawValue
            }
            if process.shards == 0, !isMoving { return true }
            if work.history.now >= handAt {
                handAt = work.history.now + Self.byHandEvery
                if process.draining != true {
                    _ = try work.ask(.drain, request, for: MovesDocument.self)
                }
                try work.moveByHand(from: member)
            }
            return false
        }
        try carryOut(.stop, member)
        tally.drains += 1
        Thread.sleep(forTimeInterval: Double.random(in: Self.away, using: &random))
        try carryOut(.start, member)
        try balance()
    }

    private mutating func moveByHand(from member: Member) throws {
        let request = RebalanceRequest(tier: tier, dryRun: true)
        guard let plan = try ask(.rebalance, request, for: MovesDocument.self) else { return }
        let left = plan.moves.filter { $0.from == member.rawValue }
        for step in left.prefix(Limits.movesInFlightMax) {
            guard case .shard(let shard) = try Destination(step.shard) else { continue }
            try move(shard, to: step.to)
        }
    }

    // MARK: asking

    private mutating func status() throws -> StatusDocument? {
        try ask(.clusterStatus, NoContent(), for: StatusDocument.self)
    }

    /// nil = refused, or nobody answers now.
    private mutating func ask<Answer: Decodable>(
        _ type: MessageType, _ payload: some Encodable, for answer: Answer.Type
    ) throws -> Answer? {
        do throws(ClientError) {
            return try connection.ask(.broker, type, payload, for: answer, terms: Self.terms)
        } catch {
            switch error {
            case .refused, .nobodyAnswers, .outcomeUnknown: return nil
            case .badEndpoint, .usage, .badAnswer, .system, .interrupted: throw error
            }
        }
    }

    private mutating func carryOut(_ order: ScaleOrders.Order, _ member: Member) throws {
        orders.give(order, to: member)
        try until("\(member): \(order)") { work in !work.orders.isOpen(member) }
    }

    private mutating func until(
        _ what: String, _ isTrue: (inout ScaleWork) throws -> Bool
    ) throws {
        let deadline = history.now + Self.patience
        while try !isTrue(&self) {
            guard history.now < deadline else {
                throw HarnessError("not within 90 s: \(what)")
            }
            Thread.sleep(forTimeInterval: Self.look)
        }
    }
}
