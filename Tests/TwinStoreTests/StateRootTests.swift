import Testing
import TwinCore
import TwinStore

@Suite("StateRoot")
struct StateRootTests {
    private let scratch: ScratchDirectory
    private var root: String { scratch.file("root") }

    init() throws { scratch = try ScratchDirectory() }

    private func open() throws -> StateDirectory {
        try StateRoot.open(root, tier: .server) { "server-\($0)" }
    }

    @Test("each replica takes the first directory that nobody has, and its name with it")
    func firstFree() throws {
        let first = try open()
        do {
            let second = try open()
            #expect(second.identity.name == "server-2")
            #expect(second.paths.directory == "\(root)/2")
        }
        let third = try open()
        #expect(first.identity.name == "server-1")
        #expect(third.identity.name == "server-2")
    }

    @Test("what holds shards is taken before what holds none")
    func shardsFirst() throws {
        do {
            let empty = try open()
            let kept = try open()
            let rows = try RowStore(path: kept.paths.rows, tier: .server, cluster: nil)
            var slice = RowBench.slice()
            slice.shards = [
                ShardRow(shard: 3, epoch: .first, position: Position(rawValue: 1), state: [4])
            ]
            try rows.save(slice)
            try rows.close()
            let copied = try open()
            let candidates = try RowStore(path: copied.paths.rows, tier: .server, cluster: nil)
            slice.shards = [
                ShardRow(
                    shard: 4, epoch: .first, position: Position(rawValue: 1), state: [4],
                    custody: .candidate(epoch: Epoch(rawValue: 2), digest: 9))
            ]
            try candidates.save(slice)
            try candidates.close()
            #expect(empty.identity.name == "server-1")
        }
        let first = try open()
        let second = try open()
        let third = try open()
        #expect(first.identity.name == "server-2")
        #expect(second.identity.name == "server-1")
        #expect(third.identity.name == "server-3")
    }

    @Test("a directory of another tier is refused")
    func otherTier() throws {
        _ = try open()
        let error = #expect(throws: StoreError.self) {
            _ = try StateRoot.open(root, tier: .rack) { "rack-\($0)" }
        }
        #expect(error?.kind == .wrongCluster)
    }
}
