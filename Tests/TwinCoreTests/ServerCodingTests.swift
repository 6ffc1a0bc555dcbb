import Foundation
import Testing
import TwinCore

/// The durable form of a twin in tests: sorted JSON, so that equal twins give equal bytes.
enum ServerCoding {
    static func encode(_ twin: ServerTwin) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(twin)
    }

    static func decode(_ data: Data, sets: MetricSets) throws -> ServerTwin {
        let decoder = JSONDecoder()
        decoder.userInfo[.metricSets] = sets
        return try decoder.decode(ServerTwin.self, from: data)
    }

    static func roundTrip(_ twin: ServerTwin, sets: MetricSets) throws -> ServerTwin {
        try decode(encode(twin), sets: sets)
    }
}

@Suite("A server twin's row")
struct ServerCodingTests {
    /// A long and varied life; the same for the same seed. `restartEvery` decodes it now and then.
    private func life(seed: UInt64, restartEvery: Int? = nil) throws -> ServerBench {
        var random = ServerRandom(seed: seed)
        var bench = try ServerBench()
        for index in 0..<1_500 {
            bench.wait(Milliseconds(rawValue: Int64(random.next() % 25_000)))
            switch random.next() % 40 {
            case 0: bench.wait(.minutes(Int64(random.next() % 30)))
            case 1: bench.report(at: bench.wall + .seconds(-Int64(random.next() % 1_200)))
            case 2: bench.report(at: bench.wall + .seconds(100))
            case 3: bench.report(["system.cpu.utilization": .nan, "hw.temperature.margin": 1e9])
            case 4:
                bench.send([random.unit()], names: ["custom.\(random.next() % 3)"], at: bench.wall)
            case 5:
                let rack = "dc1-r0\(random.next() % 4)"
                let commission = try ServerBench.commission(rack: rack)
                if bench.twin.admission(of: commission, ifGeneration: nil) == .apply {
                    bench.step(.commission(commission))
                }
            case 6: bench.rackAnswers.toggle()
            default:
                bench.report([
                    "system.network.link_up": random.next() % 10 < 3 ? 0 : 1,
                    "hw.temperature.margin": random.unit() * 20,
                    "system.network.dropped": random.unit() * 0.05,
                ])
            }
            if let restartEvery, index % restartEvery == 0 {
                bench.twin = try ServerCoding.roundTrip(bench.twin, sets: bench.sets)
            }
        }
        return bench
    }

    @Test("comes back equal, and equal twins encode alike", arguments: [UInt64(1), 2, 3])
    func roundTrip(seed: UInt64) throws {
        let bench = try life(seed: seed)
        let data = try ServerCoding.encode(bench.twin)
        let copy = try ServerCoding.decode(data, sets: bench.sets)
        #expect(copy == bench.twin)
        #expect(try ServerCoding.encode(copy) == data)
        #expect(copy.nextDue == bench.twin.nextDue)
        #expect(copy.status == bench.twin.status)
    }

    @Test(
        "the same inputs give the same bytes and alerts, also restored half-way",
        arguments: [UInt64(11), 12])
    func determinism(seed: UInt64) throws {
        let one = try life(seed: seed)
        let other = try life(seed: seed)
        let restored = try life(seed: seed, restartEvery: 7)
        #expect(try ServerCoding.encode(one.twin) == ServerCoding.encode(other.twin))
        #expect(try ServerCoding.encode(one.twin) == ServerCoding.encode(restored.twin))
        #expect(one.alerts == restored.alerts)
        #expect(!one.alerts.isEmpty)
    }

    @Test("any NaN is the same absent value")
    func nans() throws {
        var one = try ServerBench()
        var other = try ServerBench()
        one.report(["system.cpu.utilization": .nan])
        other.report(["system.cpu.utilization": Float(nan: 0x1234, signaling: false)])
        #expect(one.twin == other.twin)
        #expect(try ServerCoding.encode(one.twin) == ServerCoding.encode(other.twin))
    }

    @Test("of an unknown metric set is refused with its number")
    func unknownSet() throws {
        var bench = try ServerBench()
        bench.report()
        let data = try ServerCoding.encode(bench.twin)
        #expect(throws: DecodingError.self) {
            try ServerCoding.decode(data, sets: MetricSets())
        }
    }

    @Test("a shard's metric sets come back in order")
    func sets() throws {
        var sets = MetricSets()
        _ = sets.intern(["b", "a"])
        _ = sets.intern(["a"])
        let copy = try JSONDecoder().decode(
            MetricSets.self, from: JSONEncoder().encode(sets))
        #expect(copy == sets)
        #expect(copy[1]?.names == ["a"])
    }

    @Test("takes 22 bytes a report of ten metrics, and 2.5 KB with its baseline")
    func size() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(15))
        #expect(bench.twin.window.count == 90)
        let window = 96 * (4 + 9 * 2)
        let models = 10 * 48
        #expect(bench.twin.window.bytesReserved == window)
        #expect(window + models <= 2_600)
    }
}
