import SimulatedFleet
import Testing
import TwinCore

@Suite struct FaultSpecTests {
    @Test("A fault is read with its kind, target, start and duration")
    func reads() throws {
        let spec = try FaultSpec("tor:dc1-r07@30s+120s")
        #expect(spec.kind == .tor)
        #expect(spec.target == "dc1-r07")
        #expect(spec.start == .seconds(30))
        #expect(spec.duration == .seconds(120))
    }

    @Test(
        "Times take milliseconds, seconds, minutes and hours",
        arguments: [
            ("500ms", Milliseconds(rawValue: 500)), ("7s", .seconds(7)), ("5m", .minutes(5)),
            ("2h", .hours(2)),
        ])
    func units(text: String, length: Milliseconds) throws {
        #expect(try FaultSpec("nic:dc1-r01-s01@0s+\(text)").duration == length)
    }

    @Test(
        "Every kind of fault finds its target",
        arguments: [
            "tor:dc1-r01", "tor-degraded:rack/dc1-r01", "tor-reboot:dc1-r01", "rack-power:dc1-r01",
            "row-power:2", "feed:A", "feed:dc1-r01", "brownout:B", "cooling:cz1", "cooling:dc1-r02",
            "nic:dc1-r01-s01", "fan:server/dc1-r01-s01", "disk:dc1-r01-s01", "dimm:dc1-r01-s01",
            "reboot:dc1-r01-s01", "server:dc1-r01-s01", "agent:dc1-r01-s01", "collector:1.4.1",
            "collector:relay-1", "clock-skew:dc1-r01-s01",
        ])
    func targets(text: String) throws {
        let topology = try FleetTopology(rackCount: 10, serversPerRack: 8)
        let fault = try topology.fault(FaultSpec("\(text)@1s+1s"))
        #expect(!topology.servers(at: fault.target).isEmpty)
    }

    @Test(
        "A wrong fault says which part is wrong, what was wanted and what was found",
        arguments: [
            (
                "tor",
                "--fault tor: wanted KIND:TARGET@START+DURATION, for example tor:dc1-r07@30s+120s"
            ),
            ("tor:dc1-r07@30s", "wanted KIND:TARGET@START+DURATION"),
            ("fire:dc1-r07@30s+1s", "found \"fire\""),
            ("tor:@30s+1s", "wanted a rack between \":\" and \"@\", found nothing"),
            ("tor:dc1-r07@30+1s", "START: wanted a whole number with ms, s, m or h"),
            ("tor:dc1-r07@x+1s", "found \"x\""),
            ("tor:dc1-r07@30s+0s", "not zero; found \"0s\""),
            ("tor:dc1-r07@30s+99999999999999999999h", "DURATION: wanted"),
            ("tor:dc1-r07@-3s+1s", "found \"-3s\""),
        ])
    func errors(text: String, sentence: String) {
        let error = #expect(throws: FaultSpecError.self) { try FaultSpec(text) }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "none")")
    }

    @Test(
        "A target that does not exist is refused with the ones that do",
        arguments: [
            ("tor:dc1-r77@1s+1s", "tor wants a rack (dc1-r01 to dc1-r10); found \"dc1-r77\""),
            ("tor:dc1-r01-s01@1s+1s", "tor wants a rack"),
            (
                "nic:dc1-r01@1s+1s",
                "nic wants a server (dc1-r01-s01 to dc1-r10-s08); found \"dc1-r01\""
            ),
            ("feed:C@1s+1s", "feed wants a feed or a rack (A, B; dc1-r01 to dc1-r10); found \"C\""),
            ("cooling:cz9@1s+1s", "(cz1; dc1-r01 to dc1-r10); found \"cz9\""),
            ("collector:9@1s+1s", "(1.4.0, 1.4.1; relay-1 to relay-4); found \"9\""),
        ])
    func unknownTargets(text: String, sentence: String) throws {
        let topology = try FleetTopology(rackCount: 10, serversPerRack: 8)
        let spec = try FaultSpec(text)
        let error = #expect(throws: FaultSpecError.self) { try topology.fault(spec) }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "none")")
    }
}
