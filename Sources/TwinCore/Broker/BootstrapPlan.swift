/// How many instances of each tier a new cluster waits for before its shards are dealt.
package struct BootstrapPlan: Equatable, Sendable {
    package var server: Int
    package var rack: Int
    package var dc: Int

    package init(server: Int, rack: Int, dc: Int) {
        self.server = server
        self.rack = rack
        self.dc = dc
    }

    package subscript(tier: Tier) -> Int {
        switch tier {
        case .server: server
        case .rack: rack
        case .dc: dc
        }
    }

    /// Which of `count` instances, numbered in name order, gets shard `index` of `shardCount`.
    ///
    /// Neighbouring shards stay together; shares differ by one shard at most.
    package static func share(of index: Int, among count: Int, shardCount: Int) -> Int {
        index * count / shardCount
    }
}
