import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// Two server instances behind a broker of the tests: their twins, their pages of two, and shards
/// that move from one to the other before a certain page is asked for.
final class FakeTier: Sendable {
    static let shardCount = 8
    static let goneSince = RFC3339(Timestamp(milliseconds: 1_700_000_000_000))
    private static let pageItems = 2

    private struct Move {
        let shard: UInt16
        let to: String
        let before: Int
        let frozenFor: Int
    }

    private struct State {
        var owners: [String]
        var moves: [Move] = []
        var lost: Set<String> = []
        var hidesShards = false
        /// Questions for pages so far.
        var questions = 0
    }

    private let keys: [TwinKey]
    private let placement: PlacementDocument
    private let state: Mutex<State>

    init(keys: [String]) throws {
        self.keys = try keys.map { try TwinKey($0) }
        placement = try Fixtures.placement(
            server: ["server-a", "server-b"], shards: Self.shardCount)
        state = Mutex(
            State(owners: (0..<Self.shardCount).map { $0 % 2 == 0 ? "server-a" : "server-b" }))
    }

    /// The shard changes its owner just before this question; nobody serves it for so many.
    func move(_ shard: UInt16, to owner: String, before question: Int, frozenFor: Int = 0) {
        let move = Move(shard: shard, to: owner, before: question, frozenFor: frozenFor)
        state.withLock { $0.moves.append(move) }
    }

    func lose(_ instance: String) { state.withLock { _ = $0.lost.insert(instance) } }

    func hidesShards() { state.withLock { $0.hidesShards = true } }

    func owner(of key: String) -> String? {
        guard let twin = keys.first(where: { $0.description == key }) else { return nil }
        return state.withLock { $0.owners[Int(twin.shardIndex(shardCount: Self.shardCount))] }
    }

    func broker() throws -> FakeBroker {
        try FakeBroker { [self] request in
            do {
                switch request.envelope.type {
                case .getPlacement: return .document(placement)
                case .clusterStatus: return .document(status)
                case .listTwins:
                    return page(
                        try Destination(request.destination), try request.decode(ListRequest.self))
                default: return .refuse(Refusal(.invalid, "not of this test"))
                }
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
    }

    private var status: StatusDocument {
        let lost = state.withLock { $0.lost }
        return StatusDocument(
            cluster: .init(id: "test", protocol: 1, upSeconds: 1, shards: ShardCounts(all: 8)),
            datacenters: [],
            processes: lost.sorted().map {
                .init(name: $0, tier: .server, state: .lost, since: Self.goneSince, version: "1")
            }, refused: [:], quarantined: 0, warnings: [])
    }

    private func page(_ destination: Destination, _ question: ListRequest) -> FakeBroker.Answer {
        state.withLock { state in
            state.questions += 1
            var served = state.owners.map { Optional($0) }
            for move in state.moves where move.before < state.questions {
                state.owners[Int(move.shard)] = move.to
                let isFrozen = state.questions <= move.before + move.frozenFor
                served[Int(move.shard)] = isFrozen ? nil : move.to
            }
            let name: String?
            switch destination {
            case .instance(_, let instance): name = instance.text
            case .shard(let shard): name = served[Int(shard.index)]
            case .twin, .broker: name = nil
            }
            // A shard on its way: the broker keeps the question.
            guard let name else { return .later }
            guard !state.lost.contains(name) else {
                return .refuse(Refusal(.unavailable, "\(name) is gone"))
            }
            var shards = ShardSet(
                served.indices.filter { served[$0] == name }.map { UInt16($0) })
            if let asked = question.shards { shards = shards.intersection(asked) }
            let behind = keys.filter { key in
                shards.contains(key.shardIndex(shardCount: Self.shardCount))
                    && question.after.map { key.description > $0 } ?? true
            }
            let page = behind.prefix(min(Self.pageItems, question.limit ?? Self.pageItems))
            return .document(
                ListDocument(
                    tier: .server,
                    items: page.map {
                        ListDocument.Item(
                            address: "server/\($0)", key: $0.description, status: "healthy",
                            incidents: [])
                    }, cursor: page.count < behind.count ? page.last?.description : nil,
                    missing: [], shards: state.hidesShards ? nil : shards))
        }
    }
}
