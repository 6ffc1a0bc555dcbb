import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("Credit", .serialized)
struct CreditTests {
    @Test("The broker counts the bytes that the instance receives, route and delimiter included")
    func sameBytes() throws {
        let harness = try BrokerHarness()
        let server = try harness.members().server
        var received = 0
        for (kind, delimited) in [(0, false), (1, true), (2, false)] {
            let client = try harness.client()
            let envelope = Envelope(kind: .request, type: .getServer, requestID: UInt64(kind))
            let frames = [
                Array("server/x".utf8), envelope.packed,
                [UInt8](repeating: 7, count: 100 * (kind + 1)),
            ]
            try client.send(delimited ? [[]] + frames : frames)
            received += try server.routed().reduce(0) { $0 + $1.count }
        }
        #expect(try server.beat().forwarded == UInt64(received))
    }

    @Test("Statuses use the reserved quarter, and are dropped when that is used up too")
    func reserve() throws {
        let harness = try BrokerHarness()
        let (server, rack, _) = try harness.members()
        try rack.register(credit: 4_000)
        let client = try harness.client()
        let large = [UInt8](repeating: 0xC0, count: 2_800)
        try client.request("rack/r1", .getRack, payload: large)
        _ = try rack.routed()
        try client.request("rack/r1", .getRack, payload: large)
        #expect(try client.refusal().code == .overloaded)
        let status = [UInt8](repeating: 0xC0, count: 700)
        for _ in 0..<3 {
            try server.peer.request(
                "rack@rack-a", .statuses, payload: status, source: server.source)
        }
        #expect(try envelope(try rack.routed()[2]).type == .statuses)
        // The beat's answer comes behind all refusals there might have been.
        #expect(try server.beat().dropped == 0)
        #expect(try rack.beat().dropped == 3)
    }

    @Test("A registration over the same connection does not forget what is on its way")
    func sameConnection() throws {
        let harness = try BrokerHarness()
        let server = try harness.members().server
        let grant = try server.register(credit: 2_000)
        #expect(grant.forwarded == 0)
        let client = try harness.client()
        try client.request(
            "server/x", .getServer, payload: [UInt8](repeating: 0xC0, count: 1_000))
        let sent = try server.routed().reduce(0) { $0 + $1.count }
        for _ in 0..<3 { #expect(try server.register(credit: 2_000).forwarded == UInt64(sent)) }
        try client.request(
            "server/x", .getServer, payload: [UInt8](repeating: 0xC0, count: 1_000))
        #expect(try client.refusal().code == .overloaded)
    }

    @Test("A count that has gone wrong is right again with the next answer to a beat")
    func heals() throws {
        var cluster = try InstanceCluster.running()
        cluster.server.core.counters.bytesTaken = 12
        cluster.forwarded[.server] = 5_000
        try cluster.pass(milliseconds: 2_500)
        #expect(cluster.beats[.server]?.credit == 5_000 + Limits.instanceCreditBytes)
        cluster.forwarded[.server] = 4_000
        try cluster.pass(milliseconds: 2_500)
        #expect(cluster.beats[.server]?.credit == 4_000 + Limits.instanceCreditBytes)
    }

    @Test("Who took a broken connection for the present one counts anew with the next answer")
    func otherConnection() throws {
        var cluster = try InstanceCluster.running()
        cluster.server.core.counters.bytesTaken = 9_000
        cluster.connection[.server] = 7
        cluster.forwarded[.server] = 100
        try cluster.pass(milliseconds: 2_500)
        #expect(cluster.beats[.server]?.connection == 7)
        #expect(cluster.beats[.server]?.credit == 100 + Limits.instanceCreditBytes)
    }

    @Test("Who has taken a quarter of the window grants anew at once, one beat at a time")
    func grantsAnew() throws {
        var cluster = try InstanceCluster.running()
        try cluster.pass(milliseconds: 2_000)
        let beat = try #require(cluster.beats[.server])
        let quarter = Limits.instanceCreditBytes / 4
        cluster.server.core.counters.bytesTaken = beat.credit - Limits.instanceCreditBytes
        cluster.server.core.counters.bytesTaken += quarter - 1
        cluster.server.core.pulse(at: cluster.now, oldestTurnMilliseconds: 0)
        #expect(cluster.server.core.takeUrgent().isEmpty)

        cluster.server.core.counters.bytesTaken += 1
        cluster.server.core.pulse(at: cluster.now, oldestTurnMilliseconds: 0)
        let granted = cluster.server.core.takeUrgent()
        cluster.server.core.counters.bytesTaken += quarter
        cluster.server.core.pulse(at: cluster.now, oldestTurnMilliseconds: 0)
        #expect(cluster.server.core.takeUrgent().isEmpty, "unanswered")

        cluster.forwarded[.server] = beat.credit - Limits.instanceCreditBytes + 2 * quarter
        try cluster.carry(granted, from: .server)
        #expect(cluster.beats[.server]?.credit == beat.credit + quarter)
        // One turn hears the answer, the next one has its beat.
        try cluster.turn()
        try cluster.turn()
        #expect(cluster.beats[.server]?.credit == beat.credit + 2 * quarter)
    }

    @Test("A slow commit pushes back: behind it credit grows by what may gather, and no further")
    func slowCommit() async throws {
        let harness = try EngineHarness()
        try harness.serve { $0.lastBeat?.owned.count == EngineHarness.shards }
        let first = try harness.commission("s1")
        try harness.serve { $0.answer(to: first) != nil }
        harness.disk.holdSyncs()
        _ = try harness.commission("s2")
        harness.disk.waitForHeldSync()
        let payload = [UInt8](repeating: 0xC1, count: Limits.frameBytesMax)
        let gathered = 4 * Limits.bytesPerTurnMax
        let sent = try (0..<(2 * gathered / payload.count)).map { _ in
            try harness.send(.reportBatch, to: "server@server-a", payload)
        }
        var credit: UInt64 = 0
        var isStill = false
        // Beats wait for no commit. Between two of one credit nothing was taken.
        while !isStill {
            let beat = harness.lastBeat?.number
            try harness.serve { $0.lastBeat?.number != beat }
            let granted = harness.lastBeat?.credit ?? 0
            isStill = granted == credit && granted > UInt64(gathered)
            credit = granted
        }
        let taken = credit - Limits.instanceCreditBytes
        #expect(taken >= UInt64(gathered))
        #expect(taken <= UInt64(gathered + Limits.bytesPerTurnMax + 2 * payload.count))
        #expect(!harness.hasTakenAll)

        harness.disk.releaseSyncs()
        try harness.serve { harness in sent.allSatisfy { harness.answer(to: $0) != nil } }
        try harness.serve { $0.hasTakenAll }
        harness.wake.requestStop()
        try await harness.thread.finished()
    }
}
