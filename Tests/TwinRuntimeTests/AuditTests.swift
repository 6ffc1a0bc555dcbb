import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Children and parents that disagree without knowing it: after a restore, or silently.
@Suite("Audits between tiers")
struct AuditTests {
    private static let keys = (0..<5).map { "s\($0)" }

    private func key(_ text: String) throws -> TwinKey { try TwinKey(text) }

    /// In every tier: all have as many shards.
    private func shard(of key: String) throws -> UInt16 {
        try TwinKey(key).shardIndex(shardCount: InstanceCluster.shards)
    }

    private func members(_ rack: String, in cluster: InstanceCluster) throws -> [String] {
        try cluster.rackTwin(rack)?.members.map(\.key.description) ?? []
    }

    /// Five servers of rack r1 that have reported for half a minute.
    private func cluster() throws -> InstanceCluster {
        var cluster = try InstanceCluster.running()
        for key in Self.keys { try cluster.commission(key) }
        try cluster.pass(seconds: 30, reporting: Self.keys)
        return cluster
    }

    /// A node as it starts again from what was durable at `backup`.
    private func restarted<Service>(
        _ backup: InstanceNode<Service>, _ tier: Tier, nonce: UInt64 = 77
    ) throws -> InstanceNode<Service> {
        let files = try InstanceFiles()
        var node = backup
        node.core = try backup.recovered(from: try files.rows(tier), nonce: nonce)
        node.inbox = []
        return node
    }

    // MARK: restored children

    @Test("Servers that a restored server tier no longer has leave their racks, and empty racks go")
    func restoredServers() throws {
        var cluster = try cluster()
        let backup = cluster.server
        try cluster.commission("lost-1")
        try cluster.commission("lost-2")
        try cluster.commission("lost-3", rack: "r9")
        try cluster.pass(seconds: 30, reporting: Self.keys + ["lost-1", "lost-2", "lost-3"])
        #expect(try members("r1", in: cluster) == ["lost-1", "lost-2"] + Self.keys)
        #expect(try cluster.datacenterTwin()?.racks.map(\.key.description) == ["r1", "r9"])

        cluster.server = try restarted(backup, .server)
        cluster.raiseEpoch(of: .server)
        try cluster.pass(seconds: 20, reporting: Self.keys)
        #expect(try members("r1", in: cluster) == Self.keys)
        #expect(try cluster.rackTwin("r9") == nil)
        #expect(try cluster.datacenterTwin()?.racks.map(\.key.description) == ["r1"])
        #expect(cluster.server.core.owing.count == 0)
        #expect(try cluster.rackTwin()?.verdict == .healthy)

        let files = try InstanceFiles()
        let recovered = try cluster.rack.recovered(from: try files.rows(.rack))
        #expect(try cluster.rack.differences(to: recovered) == [])
    }

    @Test("A server that came back under a newer version stays, whatever an older list says")
    func newerMember() throws {
        var cluster = try cluster()
        let shard = try shard(of: "s0")
        let held = try #require(try cluster.rackTwin()?.member(try key("s0"))?.version)
        for (position, count) in [(held.position.rawValue - 1, 5), (held.position.rawValue + 1, 4)]
        {
            cluster.forge(
                .request, .audit, from: "server-z", to: .rack,
                AuditPart(
                    audit: position, part: 0, isLast: true, parents: ShardSet(0..<8),
                    shards: [
                        AuditPart.Shard(
                            index: shard, epoch: .first, position: Position(rawValue: position))
                    ]))
            cluster.isLost = { type, _, _ in type == .statuses }
            try cluster.pass(milliseconds: 500)
            let inShard = try members("r1", in: cluster).filter {
                try self.shard(of: $0) == shard
            }
            #expect(inShard.contains("s0") == (count == 5), "list as of \(position)")
        }
    }

    @Test("A list says nothing of racks that it is not about, nor one of a stale owner of anything")
    func listsOfOthers() throws {
        var cluster = try cluster()
        cluster.raiseEpoch(of: .server)
        try cluster.pass(seconds: 10, reporting: Self.keys)
        func part(_ audit: UInt64, epoch: UInt32, parents: ShardSet) -> AuditPart {
            AuditPart(
                audit: audit, part: 0, isLast: true, parents: parents,
                shards: (0..<8).map {
                    AuditPart.Shard(
                        index: $0, epoch: Epoch(rawValue: epoch),
                        position: Position(rawValue: 1 << 60))
                })
        }
        let other = try shard(of: "r1") ^ 1
        for forged in [
            part(1, epoch: 1, parents: ShardSet(0..<8)), part(2, epoch: 2, parents: ShardSet()),
            part(3, epoch: 2, parents: ShardSet([other])),
        ] {
            cluster.forge(.request, .audit, from: "server-z", to: .rack, forged)
            try cluster.pass(milliseconds: 500)
            #expect(try members("r1", in: cluster) == Self.keys, "audit \(forged.audit)")
        }
    }

    @Test("A stale owner's list is no answer to a rack that awaits one")
    func staleAnswer() throws {
        var cluster = try cluster()
        cluster.raiseEpoch(of: .server)
        try cluster.pass(seconds: 10, reporting: Self.keys)
        cluster.isLost = { type, tier, _ in type == .audit && tier == .rack }
        cluster.raiseEpoch(of: .rack)
        try cluster.pass(milliseconds: 1_000)
        let index = Int(try shard(of: "r1"))
        for (epoch, awaited) in [(1, 8), (2, 0)] as [(UInt32, Int)] {
            cluster.forge(
                .request, .audit, from: "server-z", to: .rack,
                AuditPart(
                    audit: UInt64(epoch), part: 0, isLast: true, parents: ShardSet(0..<8),
                    shards: (0..<8).map {
                        AuditPart.Shard(
                            index: $0, epoch: Epoch(rawValue: epoch),
                            position: Position(rawValue: 1))
                    }))
            try cluster.pass(milliseconds: 500)
            let left = cluster.rack.core.shards[index]?.conditions.awaitedChildShards.count
            #expect(left == awaited, "epoch \(epoch)")
        }
        #expect(try members("r1", in: cluster) == Self.keys)
    }

    // MARK: restored parents

    @Test("A restored rack tier asks for its members at once and is unknown until it has them")
    func restoredRacks() throws {
        var cluster = try cluster()
        let backup = cluster.rack
        for key in ["new-1", "new-2"] { try cluster.commission(key) }
        try cluster.commission("s4", rack: "r2")
        let all = Self.keys + ["new-1", "new-2"]
        try cluster.pass(seconds: 30, reporting: all)
        #expect(try members("r1", in: cluster) == ["new-1", "new-2", "s0", "s1", "s2", "s3"])

        cluster.rack = try restarted(backup, .rack)
        cluster.raiseEpoch(of: .rack)
        cluster.isLost = { type, _, _ in type == .audit || type == .statuses }
        try cluster.pass(seconds: 20, reporting: all)
        #expect(try members("r1", in: cluster) == Self.keys)
        #expect(try cluster.rackTwin()?.verdict == .unknown)
        #expect(
            try cluster.rackTwin()?.unknownReason
                == "8 of 8 server shards have not told yet which servers they have")
        #expect(
            cluster.beats[.rack]?.load.warnings == [
                "no list of children has come from server-a: what is above them is unknown "
                    + "until it does"
            ])
        cluster.isLost = nil
        try cluster.pass(seconds: 40, reporting: all)
        #expect(try members("r1", in: cluster) == ["new-1", "new-2", "s0", "s1", "s2", "s3"])
        #expect(try members("r2", in: cluster) == ["s4"])
        #expect(try cluster.rackTwin()?.verdict == .healthy)
        #expect(try cluster.datacenterTwin()?.verdict == .healthy)
        #expect(cluster.server.core.owing.count == 0 && cluster.rack.core.owing.count == 0)
    }

    @Test("A restored data-center tier asks for its racks at once")
    func restoredDatacenter() throws {
        var cluster = try cluster()
        let backup = cluster.dc
        try cluster.commission("x1", rack: "r2")
        try cluster.pass(seconds: 30, reporting: Self.keys + ["x1"])
        cluster.dc = try restarted(backup, .dc)
        cluster.raiseEpoch(of: .dc)
        try cluster.pass(seconds: 10, reporting: Self.keys + ["x1"])
        #expect(try cluster.datacenterTwin()?.racks.map(\.key.description) == ["r1", "r2"])
        #expect(try cluster.datacenterTwin()?.verdict == .healthy)
        #expect(cluster.rack.core.owing.count == 0)
    }

    @Test("A receipt under a higher epoch makes all children of that parent shard owe again")
    func higherParentEpoch() throws {
        var cluster = try cluster()
        let backup = cluster.rack
        // In shards of their own: no receipt of a member that the rack still has gets there.
        let told = Set(try Self.keys.map { try shard(of: $0) })
        let unheard = try (0..<99).map { "new-\($0)" }.filter {
            try !told.contains(shard(of: $0))
        }.prefix(3)
        let other = try #require(
            try (0..<99).map { "other-\($0)" }.first { try told.contains(shard(of: $0)) })
        for key in unheard { try cluster.commission(key) }
        try cluster.pass(seconds: 10, reporting: Self.keys)
        cluster.rack = try restarted(backup, .rack)
        cluster.raiseEpoch(of: .rack)
        cluster.isLost = { type, _, _ in type == .audit }
        try cluster.pass(seconds: 5, reporting: [])
        // Whoever has news tells it, and its receipt tells the rest.
        try cluster.commission(other)
        try cluster.pass(seconds: 20, reporting: [])
        for key in unheard + [other] + Self.keys {
            #expect(
                try cluster.rackTwin()?.member(try self.key(key))?.version
                    == cluster.serverTwin(key)?.version)
        }
        for key in unheard {
            let held = cluster.server.core.shards[Int(try shard(of: key))]?.parentEpochs
            #expect(held?[try shard(of: "r1")] == Epoch(rawValue: 2))
        }
        let files = try InstanceFiles()
        let recovered = try cluster.server.recovered(from: try files.rows(.server))
        #expect(try cluster.server.differences(to: recovered) == [])
    }

    @Test("A receipt of an owner that lost the parent's shard is dropped")
    func staleReceipt() throws {
        var cluster = try cluster()
        cluster.raiseEpoch(of: .rack)
        try cluster.pass(seconds: 10, reporting: Self.keys)
        let version = try #require(try cluster.serverTwin("s0")?.version)
        let stale = Receipt(
            parent: try key("r1"), version: version, disposition: .refused(reason: "full"),
            folds: FoldSet())
        for (epoch, isRefused) in [(Epoch.first, false), (Epoch(rawValue: 2), true)] {
            cluster.forge(
                .event, .receipts, from: "rack-z", to: .server,
                ReceiptBatch(entries: [
                    ReceiptBatch.Entry(
                        shard: try shard(of: "r1"),
                        epoch: epoch, child: try key("s0"), receipt: stale)
                ]))
            cluster.isLost = { type, _, _ in type == .statuses }
            try cluster.turn()
            let kinds = try cluster.serverTwin("s0")?.book.incidents.map(\.kind)
            #expect(kinds?.contains(.notWatched) == isRefused, "epoch \(epoch)")
        }
        #expect(cluster.server.core.counters.staleReceipts == 1)
    }

    // MARK: silent loss

    @Test("A rack that lost members without knowing it has them back within five minutes")
    func periodic() throws {
        var cluster = try cluster()
        let backup = cluster.rack
        try cluster.commission("new-1")
        try cluster.pass(seconds: 10, reporting: Self.keys)
        cluster.rack = try restarted(backup, .rack)
        try cluster.pass(seconds: 20, reporting: Self.keys)
        #expect(try members("r1", in: cluster) == Self.keys)
        // It never reports and so has no news of its own to tell.
        try cluster.pass(seconds: 300, reporting: Self.keys)
        #expect(try members("r1", in: cluster) == ["new-1"] + Self.keys)
    }

    @Test("Audits in which everybody agrees write nothing")
    func quiet() throws {
        var cluster = try InstanceCluster.running()
        for key in Self.keys { try cluster.commission(key) }
        try cluster.pass(milliseconds: 60_000, step: 500)
        let before = [
            cluster.server.records.count, cluster.rack.records.count, cluster.dc.records.count,
        ]
        let audits = cluster.carried[.audit] ?? 0
        try cluster.pass(milliseconds: 620_000, step: 500)
        #expect(cluster.carried[.audit] == audits + 4, "two lists a tier in ten minutes")
        #expect(
            [cluster.server.records.count, cluster.rack.records.count, cluster.dc.records.count]
                == before)
    }

    @Test("In a new cluster nobody awaits a list for long, and a new rack is soon healthy")
    func birth() throws {
        var cluster = try InstanceCluster.running()
        for index in 0..<InstanceCluster.shards {
            #expect(
                cluster.rack.core.shards[index]?.conditions.awaitedChildShards == ShardSet())
            #expect(cluster.dc.core.shards[index]?.conditions.awaitedChildShards == ShardSet())
        }
        for key in Self.keys { try cluster.commission(key, rack: "fresh") }
        try cluster.pass(seconds: 25, reporting: Self.keys)
        #expect(try cluster.rackTwin("fresh")?.verdict == .healthy)
        let asks = cluster.carried[.askAudit]
        try cluster.pass(seconds: 60, reporting: Self.keys)
        #expect(cluster.carried[.askAudit] == asks)
    }

    @Test("Every tier that awaits a list recovers to the same bytes and still gets it")
    func restartWhileAwaiting() throws {
        var cluster = try InstanceCluster()
        cluster.losing = (.audit, .rack)
        try cluster.pass(milliseconds: 3_000)
        for key in Self.keys { try cluster.commission(key) }
        try cluster.pass(seconds: 10, reporting: Self.keys)
        #expect(try cluster.rackTwin()?.verdict == .unknown)
        let again = try restarted(cluster.rack, .rack)
        #expect(try cluster.rack.differences(to: again.core) == [])
        cluster.rack = again
        cluster.losing = nil
        try cluster.pass(seconds: 40, reporting: Self.keys)
        #expect(try cluster.rackTwin()?.verdict == .healthy)
    }

    // MARK: parts

    private static let racks = 60

    /// Commissions servers spread over sixty racks, all in one turn.
    private func commission(
        _ keys: some Swift.Sequence<String>, in cluster: inout InstanceCluster
    ) throws {
        for (number, key) in keys.enumerated() {
            let body = CommissionRequest(
                dc: try self.key("dc1"), rack: try self.key("r\(number % Self.racks)"))
            try cluster.send(.commission, to: "server/\(key)", Payload.pack(body))
        }
        try cluster.pass(milliseconds: 10_000)
    }

    private func memberCount(in cluster: InstanceCluster) throws -> Int {
        try (0..<Self.racks).reduce(0) { try $0 + members("r\($1)", in: cluster).count }
    }

    @Test("Of a list with a lost part no shard counts that was not told whole; a new list does")
    func lostPart() throws {
        var cluster = try InstanceCluster.running()
        let backup = cluster.server
        let many = (0..<1_500).map { "m\($0)" }
        try commission(many, in: &cluster)
        #expect(try memberCount(in: cluster) == 1_500)

        // The same servers again, all but the last four hundred: their racks must let those go.
        cluster.server = try restarted(backup, .server)
        cluster.isLost = { type, tier, _ in type == .audit && tier == .rack }
        cluster.raiseEpoch(of: .server)
        try cluster.pass(milliseconds: 3_000)
        try commission(many.dropLast(400), in: &cluster)
        #expect(try memberCount(in: cluster) == 1_500)
        cluster.isLost = { type, tier, payload in
            guard type == .audit, tier == .rack else { return false }
            return try MsgpackDecoder.decode(AuditPart.self, from: payload).part > 0
        }
        try cluster.pass(milliseconds: 40_000)
        let left = try memberCount(in: cluster)
        #expect(left > 1_100 && left < 1_500, "whole shards count, the cut one does not")
        cluster.isLost = nil
        try cluster.pass(milliseconds: 20_000)
        #expect(try memberCount(in: cluster) == 1_100)
        #expect(cluster.server.core.owing.count == 0)
    }
}
