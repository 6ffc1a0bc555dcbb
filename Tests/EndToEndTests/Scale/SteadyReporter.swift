import Foundation
import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// The state of a `SteadyLoad`'s thread.
///
/// Reports go in batches to the owners as a relay sends them, but nobody waits for anybody: what
/// one owner does not take is sent again on its own, while the others' go on.
struct SteadyReporter: ~Copyable {
    private struct Item {
        let server: Int
        let at: Timestamp
        let isBad: Bool
        /// When it was due, in monotonic milliseconds, and in which step.
        let dueAt: Int64
        let step: Int
    }

    private struct Probe {
        let shard: ShardID
        let rack: TwinKey
        /// When the next is due.
        var dueAt: Int64
        /// When this one was first sent.
        var askedAt: Int64 = 0
        var step = 0
        var isOpen = false
        /// Not sent before this time.
        var restsUntil: Int64 = 0
    }

    private enum Question {
        case batch([Item])
        case probe(Int)
        case placement
    }

    private static let metrics: [(name: String, value: Float)] = [
        ("system.filesystem.readonly", 0), ("system.cpu.utilization", 0.42),
        ("system.cpu.iowait", 0.01), ("system.memory.utilization", 0.61),
        ("system.filesystem.utilization", 0.35), ("system.disk.utilization", 0.18),
        ("system.network.errors", 0), ("system.tcp.retransmit_ratio", 0.001),
        ("hw.temperature", 54), ("hw.fan.speed", 7_200),
    ]
    private static let readonlyColumn = 0
    private static let turnMilliseconds: Int64 = 100
    private static let batchMax = 1_000
    private static let batchesInFlightMax = 16
    /// Between a refusal and the next try: of a shard that moves, and of an owner that is gone.
    private static let rest: Int64 = 50
    private static let restWithoutOwner: Int64 = 200
    private static let terms = RetryTerms(timeout: .seconds(1), attemptTimeout: .seconds(1))
    private static let finishWithin = Milliseconds.seconds(90)

    private let fleet: SteadyFleet
    private let settings: ScaleSettings
    private let shared: SteadyLoad.Shared
    private var connection: Connection
    private var header: ReportBatchHeader
    private var placement: Placement
    private var isPlacementOld = false
    private var isPlacementAsked = false
    private var questions: [UInt64: Question] = [:]
    private var batchesInFlight = 0
    private var waiting: [Item] = []
    /// Refused for now; the first is due first.
    private var resting: [(until: Int64, items: [Item])] = []
    private var probes: [Probe]
    private var isFailed: [Bool]
    private var failedCount = 0
    private var nextFailure: Int64 = 0
    private var turnNumber = 0
    private var nextTurn: Int64
    private var record: SteadyRecord

    /// - Parameter placement: as it is now; later ones are asked for.
    init(
        _ fleet: SteadyFleet, _ settings: ScaleSettings, steps: Int,
        over connection: consuming Connection, placement: Placement, _ shared: SteadyLoad.Shared
    ) throws(Refusal) {
        // All that may throw comes first: a value that cannot be copied is made whole or not.
        let header = try ReportBatchHeader(
            names: Self.metrics.map(\.name),
            profile: ReporterProfile(
                interval: settings.interval, agentVersion: "test", relay: "steady-load"),
            baseTime: ClientTime.wall)
        self.header = header
        self.placement = placement
        self.connection = connection
        self.fleet = fleet
        self.settings = settings
        self.shared = shared
        let now = ClientTime.monotonicMilliseconds
        probes = fleet.probes.map { Probe(shard: $0.shard, rack: $0.rack, dueAt: now) }
        isFailed = Array(repeating: false, count: fleet.servers.count)
        nextTurn = now
        record = SteadyRecord(servers: fleet.servers.count, steps: steps)
    }

    // MARK: turns

    /// Adds what is due, sends what waits, and takes answers until the next turn.
    mutating func turn() throws {
        let orders = shared.orders.withLock { $0 }
        while nextTurn <= ClientTime.monotonicMilliseconds {
            addDue(orders)
            nextTurn += Self.turnMilliseconds
        }
        fail(orders)
        for index in probes.indices where !probes[index].isOpen { ask(index, orders) }
        try work(until: nextTurn)
        publish()
    }

    /// Sends until every report got `ok`.
    mutating func finish() throws -> SteadyRecord {
        let deadline = ClientTime.monotonicMilliseconds + Self.finishWithin.rawValue
        while openCount > 0 {
            let now = ClientTime.monotonicMilliseconds
            guard now < deadline else {
                throw HarnessError("\(openCount) reports were not taken at the end")
            }
            try work(until: now + Self.turnMilliseconds)
        }
        publish()
        return record
    }

    private var openCount: Int { record.sent - Int(record.ok) }

    /// The servers whose turn it is: all of them once an interval.
    private mutating func addDue(_ orders: SteadyLoad.Orders) {
        let turns = Int(settings.interval.rawValue / Self.turnMilliseconds)
        let late = ClientTime.monotonicMilliseconds - nextTurn
        let at = ClientTime.wall + Milliseconds(rawValue: -late)
        for server in stride(from: turnNumber % turns, to: fleet.servers.count, by: turns)
        where !(orders.isSilent && fleet.isSilent(server)) {
            waiting.append(
                Item(
                    server: server, at: at, isBad: isFailed[server], dueAt: nextTurn,
                    step: orders.step))
            record.sent += 1
        }
        turnNumber += 1
    }

    private mutating func fail(_ orders: SteadyLoad.Orders) {
        let now = ClientTime.monotonicMilliseconds
        guard orders.isFailing, now >= nextFailure, failedCount < fleet.failing.count else {
            return
        }
        nextFailure = now + settings.failureEvery.rawValue
        isFailed[fleet.failing[failedCount]] = true
        failedCount += 1
    }

    private mutating func publish() {
        let failed = fleet.failing.prefix(failedCount)
        let least = failed.map { record.badTaken[$0] }.min() ?? 0
        let progress = SteadyLoad.Progress(
            sent: record.sent, ok: Int(record.ok), failed: failedCount, badLeast: least)
        shared.progress.withLock { $0 = progress }
    }

    private mutating func work(until limit: Int64) throws {
        while true {
            let now = ClientTime.monotonicMilliseconds
            while let first = resting.first, first.until <= now {
                waiting += first.items
                resting.removeFirst()
            }
            try send()
            let wake = min(limit, resting.first?.until ?? limit)
            guard let completion = try connection.nextCompletion(byMilliseconds: wake) else {
                if ClientTime.monotonicMilliseconds >= limit { return }
                continue
            }
            try take(completion)
        }
    }
}

// MARK: - Sending

extension SteadyReporter {
    private mutating func send() throws {
        if isPlacementOld, !isPlacementAsked {
            isPlacementOld = false
            isPlacementAsked = true
            let id = connection.submit(
                ClientRequest(.broker, .getPlacement, terms: Self.terms))
            questions[id] = .placement
        }
        guard !waiting.isEmpty, batchesInFlight < Self.batchesInFlightMax else { return }
        var byOwner: [InstanceName: [Item]] = [:]
        var kept: [Item] = []
        for item in waiting {
            guard let owner = placement[fleet.servers[item.server].shard]?.instance else {
                kept.append(item)
                continue
            }
            byOwner[owner, default: []].append(item)
        }
        waiting = []
        if !kept.isEmpty { rest(kept) }
        for (owner, items) in byOwner.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: items.count, by: Self.batchMax) {
                let part = Array(items[start..<min(items.count, start + Self.batchMax)])
                if batchesInFlight < Self.batchesInFlightMax {
                    try submit(part, to: owner)
                } else {
                    waiting += part
                }
            }
        }
    }

    private mutating func submit(_ items: [Item], to owner: InstanceName) throws {
        header.baseTime = items[0].at
        var writer = ReportBatchWriter(header: header)
        var values = Self.metrics.map(\.value)
        for item in items {
            values[Self.readonlyColumn] = item.isBad ? 1 : 0
            guard
                writer.append(key: fleet.servers[item.server].key, at: item.at, values: values)
            else { throw HarnessError("\(items.count) reports do not fit one batch") }
        }
        let id = connection.submit(
            ClientRequest(
                .instance(.server, owner), .reportBatch, payload: writer.payload,
                terms: Self.terms))
        questions[id] = .batch(items)
        batchesInFlight += 1
    }

    private mutating func ask(_ index: Int, _ orders: SteadyLoad.Orders) {
        let now = ClientTime.monotonicMilliseconds
        guard now >= probes[index].dueAt, now >= probes[index].restsUntil else { return }
        if probes[index].restsUntil == 0 {
            probes[index].step = orders.step
            probes[index].askedAt = now
        }
        probes[index].isOpen = true
        let address = TwinAddress(tier: .rack, key: probes[index].rack)
        questions[connection.submit(ClientRequest(.twin(address), .ping, terms: Self.terms))] =
            .probe(index)
    }

    private mutating func rest(_ items: [Item], for milliseconds: Int64 = Self.rest) {
        isPlacementOld = true
        let until = ClientTime.monotonicMilliseconds + milliseconds
        let place = resting.firstIndex { $0.until > until } ?? resting.count
        resting.insert((until, items), at: place)
    }
}

// MARK: - Answers

extension SteadyReporter {
    private mutating func take(_ completion: Completion) throws {
        switch questions.removeValue(forKey: completion.id) {
        case .batch(let items):
            batchesInFlight -= 1
            try take(completion.result, of: items)
        case .probe(let index): try take(completion.result, ofProbe: index)
        case .placement:
            isPlacementAsked = false
            switch completion.result {
            case .success(let reply):
                placement = try reply.decode(PlacementDocument.self).placement
            case .failure: isPlacementOld = true
            }
        case nil: return
        }
    }

    private mutating func take(
        _ result: Result<Reply, ClientError>, of items: [Item]
    ) throws {
        switch result {
        case .success(let reply):
            try take(try reply.decode(ReportBatchReply.self), of: items)
        case .failure(.refused(let refusal)) where refusal.code.isWorthRetrying:
            record.refused[refusal.code.rawValue, default: 0] += items.count
            rest(items, for: Self.restWithoutOwner)
        case .failure(.outcomeUnknown), .failure(.nobodyAnswers):
            record.unanswered += items.count
            rest(items)
        case .failure(let error): throw error
        }
    }

    private mutating func take(_ reply: ReportBatchReply, of items: [Item]) throws {
        record.duplicates += reply.duplicate
        guard reply.tooOld == 0 else { throw HarnessError("\(reply.tooOld) reports are too old") }
        var isKept = Array(repeating: false, count: items.count)
        for range in reply.refused {
            guard range.code.isWorthRetrying else {
                throw HarnessError("a report was refused for good: \(range.message)")
            }
            record.refused[range.code.rawValue, default: 0] += range.last - range.first + 1
            for entry in range.first...range.last { isKept[entry] = true }
        }
        for entry in (reply.firstUnlisted ?? items.count)..<items.count { isKept[entry] = true }
        let now = ClientTime.monotonicMilliseconds
        for (item, isKept) in zip(items, isKept) where !isKept { noteOK(item, now: now) }
        let kept = zip(items, isKept).filter(\.1).map(\.0)
        if !kept.isEmpty { rest(kept) }
    }

    private mutating func noteOK(_ item: Item, now: Int64) {
        record.taken[item.server] += 1
        if item.isBad { record.badTaken[item.server] += 1 }
        record.newest[item.server] = max(record.newest[item.server] ?? item.at, item.at)
        record.note(
            pause: now - item.dueAt, of: fleet.servers[item.server].shard, in: item.step)
    }

    private mutating func take(
        _ result: Result<Reply, ClientError>, ofProbe index: Int
    ) throws {
        let now = ClientTime.monotonicMilliseconds
        probes[index].isOpen = false
        switch result {
        case .success:
            record.note(
                pause: now - probes[index].askedAt, of: probes[index].shard,
                in: probes[index].step)
            probes[index].dueAt = max(probes[index].dueAt + settings.probeEvery.rawValue, now)
            probes[index].restsUntil = 0
        case .failure(.refused(let refusal)) where refusal.code.isWorthRetrying:
            probes[index].restsUntil = now + Self.rest
        case .failure(.outcomeUnknown), .failure(.nobodyAnswers):
            probes[index].restsUntil = now + Self.rest
        case .failure(let error): throw error
        }
    }
}
