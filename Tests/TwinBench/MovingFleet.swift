import TwinClient
import TwinCore
import TwinWire

/// Some shards full of servers, each with a full window: one of them is to move, the others are to
/// notice nothing of it.
struct MovingFleet {
    struct Server {
        let key: TwinKey
        /// Of `shards`.
        let shard: Int
    }

    /// The first one is moved; the others have its first owner and its second in turn.
    let shards: [ShardID]
    /// Who owns each of `shards` at first.
    let owners: [InstanceName]
    /// Shard after shard.
    let servers: [Server]

    /// Commissions `twinsPerShard` servers in each of so many shards and fills their windows:
    /// `reports` each, ten seconds apart, the last one now.
    init(
        shards count: Int, twinsPerShard: Int, reports: Int, over connection: inout Connection
    ) throws {
        let placement = try Fleet.completePlacement(over: &connection)
        let names = placement.instances(in: .server)
        guard names.count > 1 else {
            throw BenchError(
                "wanted two server instances that own shards, found \(names.count): bootstrap "
                    + "with --instances server=2,…")
        }
        let owned = names.prefix(2).map { placement.shards(of: $0, in: .server) }
        guard owned.allSatisfy({ $0.count >= (count + 1) / 2 }) else {
            throw BenchError("\(names[0]) and \(names[1]) own fewer than \(count) shards")
        }
        let shards = (0..<count).map { owned[$0 % 2][$0 / 2] }
        owners = (0..<count).map { names[$0 % 2] }
        servers = try Self.servers(
            in: shards, each: twinsPerShard, shardCount: placement.shardCounts[.server])
        self.shards = shards
        try commission(over: &connection)
        try fillWindows(reports: reports, over: &connection)
    }

    /// Keys are drawn until every shard has enough.
    private static func servers(
        in shards: [ShardID], each count: Int, shardCount: Int
    ) throws -> [Server] {
        var keys = [[TwinKey]](repeating: [], count: shards.count)
        var number = 0
        while keys.contains(where: { $0.count < count }) {
            let key = try TwinKey("bench-m\(number)")
            number += 1
            let index = key.shardIndex(shardCount: shardCount)
            guard let shard = shards.firstIndex(where: { $0.index == index }),
                keys[shard].count < count
            else { continue }
            keys[shard].append(key)
        }
        return keys.enumerated().flatMap { shard, keys in
            keys.map { Server(key: $0, shard: shard) }
        }
    }

    private func commission(over connection: inout Connection) throws {
        let dc = try TwinKey("bench")
        let requests = try servers.enumerated().map { number, server in
            let body = CommissionRequest(
                dc: dc, rack: try TwinKey("bench-m\(number / Self.serversPerRack)"),
                labels: ["simulated": "true"], intervalSeconds: Self.interval.seconds)
            return ClientRequest(
                .twin(TwinAddress(tier: .server, key: server.key)), .commission, body,
                terms: Fleet.patientTerms)
        }
        try Self.all(requests, over: &connection) { _ in }
    }

    private func fillWindows(reports: Int, over connection: inout Connection) throws {
        let span = Self.interval.rawValue * Int64(reports)
        let first = ClientTime.wall + Milliseconds(rawValue: -span)
        var batches: [(owner: InstanceName, batch: PreparedBatch)] = []
        for (shard, owner) in owners.enumerated() {
            let mine = servers.filter { $0.shard == shard }.map {
                Fleet.Server(key: $0.key, owner: owner)
            }
            for start in stride(from: 0, to: mine.count, by: Self.batch) {
                let part = mine[start..<min(start + Self.batch, mine.count)]
                batches.append((owner, try PreparedBatch(of: part, now: first)))
            }
        }
        for round in 1...max(1, reports) {
            let at = first + Milliseconds(rawValue: Self.interval.rawValue * Int64(round))
            let requests = batches.indices.map {
                ClientRequest(
                    .instance(.server, batches[$0].owner), .reportBatch,
                    payload: batches[$0].batch.payload(at: at), terms: Fleet.patientTerms)
            }
            try Self.all(requests, over: &connection) { reply in
                let answer = try reply.decode(ReportBatchReply.self)
                guard answer.ok, answer.refusedCount == 0, answer.tooOld == 0 else {
                    throw BenchError(
                        "a window is not filled: \(answer.refusedCount) refused, "
                            + "\(answer.tooOld) too old: \(answer.refused.first?.message ?? "")")
                }
            }
        }
    }

    private static func all(
        _ requests: [ClientRequest], over connection: inout Connection,
        _ check: (Reply) throws -> Void
    ) throws {
        var failure: (any Error)?
        try connection.requestAll(requests) { _, result in
            do {
                try check(try result.get())
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    static let interval = Milliseconds.seconds(10)
    private static let serversPerRack = 40
    private static let batch = 1_000
}
