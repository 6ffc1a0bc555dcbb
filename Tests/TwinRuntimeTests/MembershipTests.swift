import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Registrations that go wrong in the middle.
@Suite("Membership")
struct MembershipTests {
    @Test("The mark of a restore stays until the new epochs are durable")
    func mark() throws {
        var cluster = try InstanceCluster.running()
        let files = try InstanceFiles()
        cluster.server.core = try cluster.server.recovered(
            from: try files.rows(.server),
            identity: MemberIdentity(clusterId: "c1", startNumber: 1, isRestored: true))
        for index in 0..<UInt16(InstanceCluster.shards) {
            cluster.placement[ShardID(tier: .server, index: index)]?.epoch = Epoch(rawValue: 2)
        }
        cluster.placement.version += 1
        cluster.server.isDiskHeld = true
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.server.core.membership == .member)
        #expect(cluster.server.core.identity.isRestored)

        // Dead now, it comes back with its old epochs, and still marked.
        let revenant = try cluster.server.recovered(from: try files.rows(.server))
        #expect(revenant.identity.isRestored)
        #expect(revenant.shards[0]?.epoch == .first)

        try cluster.carry(try cluster.server.releaseDisk(), from: .server)
        try cluster.pass(milliseconds: 2_000)
        #expect(!cluster.server.core.identity.isRestored)
        let next = try cluster.server.recovered(from: try files.rows(.server))
        #expect(next.shards[0]?.epoch == Epoch(rawValue: 2))
    }

    @Test("A restored instance steps nothing before it has its new epochs")
    func silentUntilReopened() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        let files = try InstanceFiles()
        cluster.server.core = try cluster.server.recovered(
            from: try files.rows(.server),
            identity: MemberIdentity(clusterId: "c1", startNumber: 1, isRestored: true))
        cluster.isBrokerAway = true
        let records = cluster.server.records.count
        // A server that never reported is told after a quarter of an hour.
        try cluster.pass(seconds: 1_000, reporting: [])
        #expect(cluster.server.core.awaitsEpochs)
        #expect(cluster.server.records.count == records)
        for index in 0..<UInt16(InstanceCluster.shards) {
            cluster.placement[ShardID(tier: .server, index: index)]?.epoch = Epoch(rawValue: 2)
        }
        cluster.placement.version += 1
        cluster.isBrokerAway = false
        try cluster.pass(seconds: 1_000, reporting: [])
        #expect(!cluster.server.core.awaitsEpochs)
        let page = try cluster.ask(
            .readAlerts, "server@server-a", ReadAlertsRequest(after: nil, limit: 9)
        ).document(AlertsPage.self)
        let epochs = try page.alerts.map { try AlertID($0.id).epoch }
        #expect(epochs == [Epoch(rawValue: 2)])
    }

    @Test("No shard is born before the instance knows its cluster")
    func placementBeforeTheGrant() throws {
        var cluster = try InstanceCluster()
        cluster.losing = (.register, .server)
        cluster.raiseEpoch(of: .rack)
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.server.core.ownedIndices.isEmpty)
        cluster.losing = nil
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.server.core.membership == .member)
        #expect(cluster.server.core.ownedIndices.count == InstanceCluster.shards)
    }

    @Test("An answer to a registration counts also when it was repeated meanwhile")
    func slowAnswer() throws {
        var node = try InstanceNode<ServerService>("server-a", nonce: 1)
        var registrations: [[[UInt8]]] = []
        for step in 0..<5 {
            let now = 1_000 + Int64(step) * 300
            registrations += try node.turn(at: Self.clock(now))
        }
        #expect(registrations.count > 1)
        let header = registrations[0][1]
        let grant = RegistrationGrant(
            clusterId: "c1", startNumber: 1, configuration: InstanceCluster.configuration,
            placement: Placement(
                version: 1, shardCounts: ShardCounts(all: InstanceCluster.shards)), brokerNonce: 5)
        node.inbox = [[try Envelope(header.span).reply(.register).packed, Payload.pack(grant)]]
        _ = try node.turn(at: Self.clock(2_600))
        #expect(node.core.membership == .member)
    }

    private static func clock(_ now: Int64) -> TurnClock {
        TurnClock(
            monotonic: now, suspendedAware: now,
            wall: Timestamp(milliseconds: InstanceCluster.wallStart + now))
    }
}
