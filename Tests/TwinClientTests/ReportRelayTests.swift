import Msgpack
import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("A relay of reports", .serialized)
struct ReportRelayTests {
    private let at = Timestamp(milliseconds: 1_000)

    /// Keys of a batch, in order.
    private static func keys(_ payload: [UInt8]) -> [String] {
        var keys: [String] = []
        do throws(Refusal) {
            var reader = try ReportBatchReader(payload.span)
            while let entry = try reader.next() {
                if case .report(let report) = entry {
                    keys.append(String(decoding: [UInt8](copying: report.key), as: UTF8.self))
                }
            }
        } catch {
            Issue.record("\(error)")
        }
        return keys
    }

    private func relay(_ count: Int) throws -> ReportRelay {
        var relay = try ReportRelay(names: ["a"], profile: ReporterProfile(relay: "r"))
        for number in 0..<count {
            relay.add(RelayReport(key: try TwinKey("s\(number)"), at: at, values: [1]))
        }
        return relay
    }

    @Test("each instance gets the reports of its own shards, all of them once")
    func groups() throws {
        let placement = try Fixtures.placement(server: ["server-a", "server-b"])
        let seen = Recorder<(String, [String])>()
        let broker = try FakeBroker { request in
            if request.envelope.type == .getPlacement { return .document(placement) }
            let keys = Self.keys(request.payload)
            seen.add((request.destination, keys))
            var reply = ReportBatchReply()
            for _ in keys { reply.take(.accepted) }
            return .document(reply)
        }
        var connection = try Connection(to: broker.endpoint)
        var relay = try relay(5_000)
        let tally = try relay.send(over: &connection)
        broker.stop()
        #expect(tally.accepted == 5_000 && tally.kept == 0 && relay.waitingCount == 0)
        #expect(seen.all.flatMap(\.1).count == 5_000)
        for (destination, keys) in seen.all {
            for key in keys {
                let shard = placement.placement.shard(
                    of: TwinAddress(tier: .server, key: try TwinKey(key)))
                let owner = placement.placement[shard]?.instance.text ?? "nobody"
                #expect(destination == "server@\(owner)")
            }
        }
    }

    @Test("what is not taken is sent again, and only that")
    func resends() throws {
        let placement = try Fixtures.placement()
        let sent = Recorder<[String]>()
        let broker = try FakeBroker { request in
            if request.envelope.type == .getPlacement { return .document(placement) }
            let keys = Self.keys(request.payload)
            sent.add(keys)
            var reply = ReportBatchReply()
            for (entry, key) in keys.enumerated() {
                switch key {
                case "s1": reply.refuse(entry, Refusal(.unknownAddress, "no such server"))
                case "s2",
                    "s3" where sent.all.count == 1:
                    reply.refuse(entry, Refusal(.notOwner, "moved"))
                default: reply.take(entry == 0 ? .duplicate : .accepted)
                }
            }
            return .document(reply)
        }
        var connection = try Connection(to: broker.endpoint)
        var relay = try relay(5)
        let first = try relay.send(over: &connection)
        #expect(first.duplicate == 1 && first.accepted == 1)
        #expect(first.refusedCount == 1 && first.refused.map(\.key.description) == ["s1"])
        #expect(first.kept == 2)
        let second = try relay.send(over: &connection)
        #expect(second.taken == 1 && second.kept == 1)
        #expect(sent.all == [["s0", "s1", "s2", "s3", "s4"], ["s2", "s3"]])
        broker.stop()
    }

    @Test("an owner that is gone leaves the reports waiting")
    func unavailable() throws {
        let placement = try Fixtures.placement()
        let broker = try FakeBroker { request in
            request.envelope.type == .getPlacement
                ? .document(placement) : .refuse(Refusal(.unavailable, "server-a is gone"))
        }
        var connection = try Connection(to: broker.endpoint)
        var relay = try relay(3)
        let tally = try relay.send(over: &connection)
        #expect(tally.kept == 3 && relay.waitingCount == 3)
        #expect(tally.failure == .refused(Refusal(.unavailable, "server-a is gone")))
        broker.stop()
    }

    @Test("a relay that is full gives up the oldest and counts them")
    func bounded() throws {
        var relay = try ReportRelay(
            names: ["a"], profile: ReporterProfile(), waitingMax: 100)
        for number in 0..<1_000 {
            relay.add(RelayReport(key: try TwinKey("s\(number)"), at: at, values: [1]))
        }
        #expect(relay.waitingCount <= 112)
        #expect(relay.waitingCount + Int(relay.dropped) == 1_000)
    }
}
