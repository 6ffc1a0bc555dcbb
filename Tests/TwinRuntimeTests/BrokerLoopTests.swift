import Testing
import TwinCore
import TwinRuntime
import TwinWire
import ZeroMQ

@Suite(.timeLimit(.minutes(2)))
struct BrokerLoopTests {
    @Test(
        "a request reaches the owner and its reply the client, from DEALER and REQ",
        arguments: [
            false, true,
        ])
    func roundTrip(usesREQ: Bool) throws {
        let harness = try BrokerHarness()
        let members = try harness.members()
        let client = try harness.client(usesREQ ? .req : .dealer)
        try client.request("server/dc1-r07-s12", .getServer, payload: [0x80], id: 7)

        let routed = try members.server.routed()
        #expect(String(decoding: routed[1], as: UTF8.self) == "server/dc1-r07-s12")
        #expect(routed[3] == [0x80])
        let origin = route(routed[0])
        #expect(origin?.side == .client)
        #expect(origin?.hasDelimiter == usesREQ)

        try members.server.reply(to: routed, [0xC3])
        let answer = try client.answer()
        #expect(answer.envelope.kind == .reply)
        #expect(answer.envelope.requestID == 7)
        #expect(answer.payload == [0xC3])
    }

    @Test("statuses travel from instance to instance, and a service's request gets its reply")
    func betweenServices() throws {
        let harness = try BrokerHarness()
        let members = try harness.members()
        try members.server.peer.request(
            "rack@rack-a", .statuses, payload: [0x90], kind: .event, source: members.server.source)
        let statuses = try members.rack.routed()
        #expect(statuses[3] == [0x90])

        try members.rack.peer.request(
            "server@server-a", .listTwins, id: 9, source: members.rack.source)
        let asked = try members.server.routed()
        try members.server.reply(to: asked, [0x01])
        let answer = try members.rack.peer.answer()
        #expect(answer.envelope.requestID == 9)
        #expect(answer.payload == [0x01])
    }

    @Test("the broker answers Ping, GetPlacement and ClusterStatus itself")
    func answersHere() throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        let client = try harness.client()

        try client.request("broker", .ping)
        let ping = try unpack(PingDocument.self, client.answer().payload)
        #expect(ping.address == "broker")

        try client.request("broker", .getPlacement)
        let placement = try unpack(PlacementDocument.self, client.answer().payload)
        #expect(placement.placement.isComplete)
        #expect(placement.instances.map(\.name) == ["server-a", "rack-a", "dc-a"])

        try client.request("broker", .clusterStatus)
        let status = try unpack(StatusDocument.self, client.answer().payload)
        #expect(status.processes.map(\.name) == ["broker", "server-a", "rack-a", "dc-a"])
        #expect(status.processes.allSatisfy { $0.state == .ok })
        #expect(status.cluster.shards.server == 8)
        #expect(status.datacenters.isEmpty)

        try client.request("broker", .getServer)
        #expect(try client.refusal().code == .invalid)
    }

    @Test(
        "what only services may send is refused on the client socket",
        arguments: [
            MessageType.register, .beat, .placement, .statuses, .receipts, .audit,
            .askAudit,
        ])
    func servicesOnly(type: MessageType) throws {
        let harness = try BrokerHarness()
        let client = try harness.client()
        try client.request("broker", type)
        let refusal = try client.refusal()
        #expect(refusal.code == .unauthorized)
        #expect(refusal.hint?.contains("--listen-services") == true)
    }

    @Test("an unregistered source on the service socket is refused, and after Register is not")
    func unregistered() throws {
        let harness = try BrokerHarness()
        let service = try harness.service("server-a", .server)
        try service.peer.request("rack@rack-a", .listTwins, source: service.source)
        #expect(try service.peer.refusal().code == .unauthorized)
        try service.register()
        try service.peer.request("rack@rack-a", .listTwins, source: service.source)
        #expect(try service.peer.refusal().code == .unknownAddress)
    }

    @Test("without owners a request is unavailable, and says what to start")
    func unavailable() throws {
        let harness = try BrokerHarness()
        let client = try harness.client()
        try client.request("server/x", .getServer)
        let refusal = try client.refusal()
        #expect(refusal.code == .unavailable)
        #expect(refusal.hint?.contains("start server-twin-svc") == true)
    }

    @Test("an expired request is refused")
    func expired() throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        let client = try harness.client()
        try client.request("server/x", .getServer, remaining: 0)
        #expect(try client.refusal().code == .expired)
    }

    @Test("an instance whose socket is gone is lost at the first send, not after 10 s")
    func deadService() throws {
        let harness = try BrokerHarness()
        let client = try harness.client()
        do { _ = try harness.members() }
        // Until the broker's socket has noticed, a message may vanish with the connection.
        var refusal: Refusal?
        let deadline = SystemTime.monotonicMilliseconds + Limits.suspectAfter.rawValue
        while refusal == nil, SystemTime.monotonicMilliseconds < deadline {
            try client.request("server/x", .ping)
            refusal = try client.refusal(within: 20)
        }
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.message.contains("server-a, which is gone for 0 s") == true)
    }

    @Test("a new owner that dies while messages wait is found at once, and the old one hears of it")
    func newOwnerDies() throws {
        let harness = try BrokerHarness()
        let client = try harness.client()
        let members = try harness.members()
        let owner = members.server
        let shard = ShardID(tier: .server, index: 0)
        let order: FreezeOrder
        do {
            let new = try harness.service("server-b", .server)
            try new.register()
            try new.beat()
            try client.request(
                "broker", .moveShard,
                payload: Payload.pack(MoveShardRequest(shard: shard, to: new.name)))
            #expect(try client.answer().envelope.type == .moveShard)
            let move = try #require(
                try owner.hear(Placement.self, by: .placement) { $0.move(of: shard) != nil }
                    .move(of: shard))
            let ready = MoveReport(
                index: 0, to: new.name, epoch: move.epoch, number: move.number, step: .ready)
            try owner.peer.request(
                "broker", .moveReport, payload: Payload.pack(ready), kind: .event,
                source: owner.source)
            order = try owner.hear(FreezeOrder.self, by: .freeze) { _ in true }
        }
        let thaw = try owner.hear(ThawOrder.self, by: .thaw) { _ in true }
        #expect(thaw.index == order.index && thaw.number == order.number)
        #expect(thaw.reason == "server-b is gone: its connection is gone")
        withExtendedLifetime(members) {}
    }

    @Test("a second process is refused while the first lives, and let in once it is dead")
    func successor() throws {
        let harness = try BrokerHarness()
        let second = try harness.service("server-a", .server, process: 2)
        do {
            let first = try harness.members().server
            second.startNumber = first.startNumber
            second.cluster = first.cluster
            second.placement = first.placement
            try second.askToRegister()
            let refusal = try second.peer.refusal()
            #expect(refusal.code == .conflict)
            #expect(refusal.message.contains("another process is registered as server-a"))
            try first.beat()
        }
        let deadline = SystemTime.monotonicMilliseconds + Limits.suspectAfter.rawValue / 2
        var isIn = false
        while !isIn, SystemTime.monotonicMilliseconds < deadline {
            try second.askToRegister()
            isIn = try second.peer.answer().envelope.type == .register
        }
        #expect(isIn)
    }

    @Test("a restarted broker serves the stored placement once the instances are back")
    func restart() async throws {
        let harness = try BrokerHarness()
        let before = try harness.members().server
        try await harness.restart()
        let service = try harness.service("server-a", .server)
        service.startNumber = before.startNumber
        service.cluster = before.cluster
        service.placement = before.placement
        let client = try harness.client()
        try client.request("server/x", .getServer)
        let refusal = try client.refusal()
        #expect(refusal.code == .unavailable)
        #expect(refusal.message.contains("has not registered since this broker started"))

        let grant = try service.register()
        #expect(grant.startNumber == before.startNumber + 1)
        #expect(grant.placement.shards(of: service.name, in: .server).count == 8)
        try client.request("server/x", .getServer)
        #expect(try service.routed().count == 4)
    }

    @Test("what our instances send before they register again is refused and no refusal counted")
    func returning() async throws {
        let harness = try BrokerHarness()
        let before = try harness.members().server
        try await harness.restart()
        let client = try harness.client()
        func refused() throws -> [String: UInt64] {
            try client.request("broker", .clusterStatus)
            return try unpack(StatusDocument.self, client.answer().payload).refused
        }

        let service = try harness.service("server-a", .server)
        service.startNumber = before.startNumber
        try service.peer.request("rack@rack-a", .listTwins, source: service.source)
        #expect(try service.peer.refusal().code == .unauthorized)
        try service.peer.request(
            "broker", .beat, payload: service.packedBeat(), kind: .beat,
            source: service.source)
        #expect(try service.peer.refusal().hint?.contains("Register") == true)
        #expect(try refused() == [:])

        let stranger = try harness.service("server-x", .server)
        try stranger.peer.request("rack@rack-a", .listTwins, source: stranger.source)
        #expect(try stranger.peer.refusal().code == .unauthorized)
        service.startNumber = before.startNumber + 7
        try service.peer.request("rack@rack-a", .listTwins, source: service.source)
        #expect(try service.peer.refusal().code == .unauthorized)
        #expect(try refused() == ["unauthorized": 2])
    }

    @Test("a reply under another broker process's route is dropped")
    func staleRoute() throws {
        let harness = try BrokerHarness()
        let members = try harness.members()
        let client = try harness.client()
        try client.request("server/x", .getServer, id: 1)
        var routed = try members.server.routed()
        let genuine = routed[0]
        routed[0][2] ^= 1
        try members.server.reply(to: routed, [0x01])
        routed[0] = genuine
        try members.server.reply(to: routed, [0x02])
        #expect(try client.answer().payload == [0x02])
    }

    @Test("used-up credit is overloaded, and the instance hears how many were refused")
    func overloaded() throws {
        let harness = try BrokerHarness()
        let server = try harness.members().server
        try server.register(credit: 1_000)
        let client = try harness.client()
        try client.request(
            "server/x", .getServer, payload: [UInt8](repeating: 0xC0, count: 2_000))
        #expect(try client.refusal().code == .overloaded)
        #expect(try server.beat().dropped == 1)
    }

    // MARK: hostile frames

    @Test(
        "frames that are no message are refused when they can be answered, and nothing else happens"
    )
    func hostileFrames() throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        let client = try harness.client()
        let envelope = Envelope(kind: .request, type: .ping, requestID: 1).packed
        let broker = Array("broker".utf8)
        let hostile: [[[UInt8]]] = [
            [[1]], [[1], [2]], [broker, envelope], [broker, envelope, [], []],
            Array(repeating: [1], count: 40), [broker, [], []], [broker, [0xC1], []],
            [broker, [UInt8](repeating: 0x91, count: 400), []],
            [broker, [UInt8](repeating: 0, count: 600), []], [[0xFF, 0xFE], envelope, []],
            [[UInt8](repeating: 0x61, count: 100_000), envelope, []],
        ]
        for frames in hostile {
            try client.send(frames)
            let code = try client.refusal().code
            #expect([.invalid, .tooLarge, .unsupportedVersion].contains(code))
        }
        for count in 0..<envelope.count {
            try client.send([broker, Array(envelope.prefix(count)), []])
            _ = try client.refusal()
        }
        try client.request("broker", .ping)
        #expect(try client.answer().envelope.type == .ping)
    }

    @Test(
        "a refusal of what is unknown or too new carries the request id of who asked",
        arguments: [
            // [version, kind, type, 77, …]
            ([0x97, 1, 0, 0xA3, 0x46, 0x6F, 0x6F, 77, 0xC0, 0xC0, 0xC0], Refusal.Code.invalid),
            ([0x97, 1, 9, 0xA4, 0x50, 0x69, 0x6E, 0x67, 77, 0xC0, 0xC0, 0xC0], .invalid),
            ([0x97, 9, 0, 0xA4, 0x50, 0x69, 0x6E, 0x67, 77, 0xC0, 0xC0, 0xC0], .unsupportedVersion),
            ([0x94, 1, 0, 0xA4, 0x50, 0x69, 0x6E, 0x67, 77], .invalid),
        ] as [([UInt8], Refusal.Code)])
    func knownAsker(envelope: [UInt8], code: Refusal.Code) throws {
        let harness = try BrokerHarness()
        let client = try harness.client()
        try client.send([Array("broker".utf8), envelope, []])
        let answer = try client.answer()
        #expect(answer.envelope.type == .refused)
        #expect(answer.envelope.requestID == 77)
        #expect(try unpack(RefusalPayload.self, answer.payload).code == code)
    }

    @Test("a frame above the limit is refused by name and counted, and its sender stays connected")
    func tooLarge() throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        let client = try harness.client()
        let payload = [UInt8](repeating: 0xC0, count: Limits.frameBytesMax + 1)
        try client.request("server/dc1-r07-s12", .report, payload: payload, id: 8)
        let refusal = try client.refusal()
        #expect(refusal.code == .tooLarge)
        #expect(refusal.message.contains("frame 3 of 3"))
        #expect(refusal.message.contains("\(Limits.frameBytesMax)"))
        #expect(refusal.message.contains("\(Limits.frameBytesMax + 1)"))

        let most = [UInt8](repeating: 0xC0, count: Limits.frameBytesMax)
        try client.request("broker", .ping, payload: most, id: 9)
        #expect(try client.answer().envelope.type == .ping)
        try client.request("broker", .clusterStatus)
        let status = try unpack(StatusDocument.self, client.answer().payload)
        #expect(status.refused == ["too-large": 1])
    }

    @Test("a service socket's hostile registrations and beats are refused")
    func hostileServices() throws {
        let harness = try BrokerHarness()
        let peer = try harness.service("server-a", .server).peer
        for payload in [[], [0xC1], [0x80], [UInt8](repeating: 0x93, count: 64)] {
            try peer.request("broker", .register, payload: payload)
            #expect(try peer.refusal().code == .invalid)
            try peer.request("broker", .beat, payload: payload, kind: .beat)
            #expect(try peer.refusal().code == .invalid)
        }
        try peer.request("broker", .beat, kind: .request)
        #expect(try peer.refusal().code == .unauthorized)
    }
}

extension BrokerPeer {
    /// A refusal if one comes in time.
    func refusal(within milliseconds: Int) throws -> Refusal? {
        guard let frames = try next(within: milliseconds) else { return nil }
        return try unpack(RefusalPayload.self, frames.last ?? []).refusal
    }
}
