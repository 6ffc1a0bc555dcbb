/// How many shards each tier has: fixed for a cluster's life.
package struct ShardCounts: Equatable, Sendable, Codable {
    package var server: Int
    package var rack: Int
    package var dc: Int

    package init(server: Int, rack: Int, dc: Int) {
        self.server = server
        self.rack = rack
        self.dc = dc
    }

    package init(all count: Int) {
        self.init(server: count, rack: count, dc: count)
    }

    package subscript(tier: Tier) -> Int {
        switch tier {
        case .server: server
        case .rack: rack
        case .dc: dc
        }
    }
}
