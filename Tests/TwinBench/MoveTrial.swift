import TwinClient
import TwinCore
import TwinWire

/// Reports of every server of a `MovingFleet` at times fixed in advance, one a message as agents
/// send them, while the first shard goes from its owner to the other one and back.
struct MoveTrial {
    /// What a phase has shown, in milliseconds.
    struct Result {
        /// Reports of the shards that did not move, by shard: from the time that each was due to
        /// its `ok`.
        var others: [Double] = []
        /// The same of the moved shard, and the longest one of each move.
        var moved: [Double] = []
        var longestOfMoves: [Double] = []
        /// From the order to the new owner's first word.
        var tookOfMoves: [Double] = []
        var givenUp = 0
    }

    private enum Question: Equatable {
        case report(shard: Int, due: Int64)
        case order
        case placement
    }

    private enum Phase {
        case resting(until: Int64)
        case ordered(at: Int64)
    }

    private let fleet: MovingFleet
    private var batches: [PreparedBatch] = []
    private var requests: [TwinAddress] = []
    private var shardOfBatch: [Int] = []
    private var next = 0
    private let intervalNanoseconds: Int64
    private var questions: [UInt64: Question] = [:]
    private var owner: InstanceName
    private var result = Result()
    private var longest = 0.0

    init(of fleet: MovingFleet) throws {
        self.fleet = fleet
        owner = fleet.owners[0]
        intervalNanoseconds =
            MovingFleet.interval.rawValue * 1_000_000 / Int64(max(1, fleet.servers.count))
        // Neighbours in time are neighbours neither in shard nor in rack.
        for server in fleet.servers.shuffled() {
            let alone = Fleet.Server(key: server.key, owner: fleet.owners[server.shard])
            batches.append(try PreparedBatch(of: [alone], now: ClientTime.wall))
            requests.append(TwinAddress(tier: .server, key: server.key))
            shardOfBatch.append(server.shard)
        }
    }

    /// Reports for so many seconds while nothing moves.
    mutating func rest(seconds: Int, over connection: inout Connection) throws -> Result {
        let end = ClientTime.monotonicNanoseconds + Int64(seconds) * 1_000_000_000
        return try run(moves: 0, over: &connection) { ClientTime.monotonicNanoseconds < end }
    }

    /// Reports while the first shard moves so many times.
    mutating func move(times: Int, over connection: inout Connection) throws -> Result {
        try run(moves: times, over: &connection) { false }
    }

    private mutating func run(
        moves: Int, over connection: inout Connection, goesOn: () -> Bool
    ) throws -> Result {
        result = Result()
        var left = moves
        var phase = Phase.resting(until: ClientTime.monotonicMilliseconds + Self.pause)
        var due = ClientTime.monotonicNanoseconds
        var nextLook: Int64 = 0
        while left > 0 || goesOn() || !questions.isEmpty {
            let isEnding = left == 0 && !goesOn()
            while !isEnding, due <= ClientTime.monotonicNanoseconds {
                report(due: due, over: &connection)
                due += intervalNanoseconds
            }
            let now = ClientTime.monotonicMilliseconds
            switch phase {
            case .resting(let until) where left > 0 && now >= until:
                try order(over: &connection)
                longest = 0
                phase = .ordered(at: now)
            case .ordered where now >= nextLook && !questions.values.contains(.placement):
                nextLook = now + Self.lookEvery
                ask(.placement, ClientRequest(.broker, .getPlacement), over: &connection)
            case .resting, .ordered: break
            }
            let wake = isEnding ? Int64.max : due / 1_000_000
            guard let completion = try connection.nextCompletion(byMilliseconds: wake),
                let question = questions.removeValue(forKey: completion.id)
            else { continue }
            switch question {
            case .report(let shard, let due): try took(completion, shard: shard, due: due)
            case .order: _ = try completion.result.get()
            case .placement:
                guard case .ordered(let at) = phase else { continue }
                let document = try completion.result.get().decode(PlacementDocument.self)
                guard try isOver(document.placement, since: at) else { continue }
                left -= 1
                phase = .resting(until: ClientTime.monotonicMilliseconds + Self.pause)
            }
        }
        return result
    }

    // MARK: reports

    private mutating func report(due: Int64, over connection: inout Connection) {
        let payload = batches[next].payload(at: ClientTime.wall)
        ask(
            .report(shard: shardOfBatch[next], due: due),
            ClientRequest(
                .twin(requests[next]), .reportBatch, payload: payload, terms: Fleet.patientTerms),
            over: &connection)
        next = (next + 1) % batches.count
    }

    private mutating func took(_ completion: Completion, shard: Int, due: Int64) throws {
        let reply = try completion.result.get().decode(ReportBatchReply.self)
        guard reply.ok, reply.refusedCount == 0 else {
            throw BenchError("a report was refused: \(reply.refused.first?.message ?? "")")
        }
        let latency = Double(ClientTime.monotonicNanoseconds - due) / 1_000_000
        guard shard == 0 else {
            result.others.append(latency)
            return
        }
        result.moved.append(latency)
        longest = max(longest, latency)
    }

    // MARK: moves

    private mutating func order(over connection: inout Connection) throws {
        let request = MoveShardRequest(shard: fleet.shards[0], to: other)
        ask(
            .order, ClientRequest(.broker, .moveShard, request, terms: Fleet.patientTerms),
            over: &connection)
    }

    /// Whose turn it is to own the shard.
    private var other: InstanceName {
        owner == fleet.owners[0] ? fleet.owners[1] : fleet.owners[0]
    }

    /// Whether the placement shows the end of the move that was ordered then.
    private mutating func isOver(_ placement: Placement, since: Int64) throws -> Bool {
        let isOrdered = questions.values.contains(.order)
        guard !isOrdered, placement.move(of: fleet.shards[0]) == nil else { return false }
        if placement[fleet.shards[0]]?.instance == other {
            owner = other
            result.longestOfMoves.append(longest)
            result.tookOfMoves.append(Double(ClientTime.monotonicMilliseconds - since))
        } else {
            result.givenUp += 1
        }
        return true
    }

    private mutating func ask(
        _ question: Question, _ request: ClientRequest, over connection: inout Connection
    ) {
        questions[connection.submit(request)] = question
    }

    /// Between two moves, in milliseconds: what the shard left behind is gone from both ends.
    private static let pause: Int64 = 1_000
    private static let lookEvery: Int64 = 20
}
