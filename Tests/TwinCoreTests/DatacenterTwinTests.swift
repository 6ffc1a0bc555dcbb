import Foundation
import Testing
import TwinCore

@Suite("Data-center twin")
struct DatacenterTwinTests {
    // MARK: mass silence, in its order

    @Test("Ours: shards that nobody hears for 30 s are one observation-lost page and no outage")
    func observationLost() throws {
        var bench = DatacenterBench(racks: 6) { _, _, _ in }
        let all = ShardSet(UInt16(0)..<UInt16(RackBench.shardCount))
        for index in bench.racks.indices {
            bench.racks[index].unheard = all
            bench.racks[index].step(.childShards)
        }
        bench.step(.observation(ObservationReport(servers: all)))
        bench.pass(seconds: 29)
        #expect(bench.pages.isEmpty)
        bench.pass(seconds: 300)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .observationLost)
        #expect(incident.severity == .critical)
        #expect(bench.dc.counts.unknown == 6)

        for index in bench.racks.indices {
            bench.racks[index].unheard = ShardSet()
            bench.racks[index].step(.childShards)
        }
        bench.step(.observation(ObservationReport()))
        bench.pass(seconds: 90)
        #expect(bench.dc.book.incidents.isEmpty)
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Two of the last ten minutes in sum are lost observation; less opens nothing")
    func observationLostInSum() {
        var bench = DatacenterBench(racks: 1) { _, _, _ in }
        let lost = ObservationReport(racks: ShardSet([3]))
        for round in 0..<8 {
            bench.step(.observation(lost))
            bench.pass(seconds: 20)
            #expect((bench.dc.book.incident(.observationLost) != nil) == (round >= 5), "\(round)")
            bench.step(.observation(ObservationReport()))
            bench.pass(seconds: 20)
        }
        #expect(bench.openedPages.count == 1)
    }

    @Test("What is lost in sum already wakes the twin for nothing: not once a turn to its end")
    func lostInSumRests() {
        var bench = DatacenterBench(racks: 1) { _, _, _ in }
        let lost = ObservationReport(racks: ShardSet([3]))
        for round in 0..<8 {
            bench.step(.observation(lost))
            #expect((bench.dc.modelDue == nil) == (round >= 6), "\(round)")
            bench.pass(seconds: 20)
            bench.step(.observation(ObservationReport()))
            bench.pass(seconds: 20)
        }
    }

    @Test("Topology: racks of one feed that fall silent are one shared outage and one page")
    func feedOutage() throws {
        var bench = DatacenterBench(racks: 12) { rack, _, status in
            status.topology.feed = rack < 5 ? "A" : "B"
            status.topology.row = "\(rack % 4)"
        }
        bench.silence(racks: 0..<5)
        bench.pass(seconds: 60)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .sharedOutage)
        #expect(incident.cause == .powerFeed)
        #expect(incident.extent.racksAffected == 5)
        #expect(incident.extent.serversAffected == 50)
        #expect(bench.dc.verdict == .unhealthy)
        #expect(bench.dc.unhealthyRacks.count == 5)
        #expect(bench.dc.unhealthyRacks.allSatisfy { $0.brief.mutes.first?.by == .fold })

        bench.recover(racks: 0..<5)
        bench.pass(seconds: 120)
        #expect(bench.dc.book.incidents.isEmpty)
        #expect(bench.dc.unhealthyRacks.isEmpty)
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Topology: racks that follow join the outage, wherever their names stand among its racks")
    func lateRacks() throws {
        var bench = DatacenterBench(racks: 20) { rack, _, status in
            status.topology.feed = rack % 2 == 0 ? "A" : "B"
            status.topology.row = "\(rack / 4)"
        }
        bench.silence(racks: [2, 6, 8, 10, 12, 14, 16, 18])
        bench.pass(seconds: 30)
        #expect(bench.dc.troubles.map(\.racks.count) == [8])
        bench.silence(racks: [4, 0])
        bench.pass(seconds: 30)
        let feed = stride(from: 0, to: 20, by: 2).map { bench.racks[$0].rack.key }
        #expect(bench.dc.troubles.map(\.racks) == [feed])
        #expect(bench.dc.unhealthyRacks.map(\.key) == feed)
        #expect(bench.dc.unhealthyRacks.allSatisfy { $0.brief.mutes.first?.by == .fold })
        #expect(bench.openedPages.count == 1)
    }

    @Test(
        "Topology: rows, zones and switches are told apart",
        arguments: [
            (RackDimension.row, IncidentCause.row), (.zone, .coolingZone),
            (.networkSwitch, .networkSwitch),
        ])
    func otherDimensions(dimension: RackDimension, cause: IncidentCause) {
        var bench = DatacenterBench(racks: 12) { rack, _, status in
            status.topology = Topology(feed: "A", zone: "z", row: "r", networkSwitch: "s")
            switch dimension {
            case .row: status.topology.row = "r\(rack / 4)"
            case .zone: status.topology.zone = "z\(rack / 4)"
            case .networkSwitch, .feed, .model: status.topology.networkSwitch = "s\(rack / 4)"
            }
        }
        bench.silence(racks: 4..<8)
        bench.pass(seconds: 60)
        let incidents = bench.dc.book.incidents
        #expect(incidents.map(\.kind) == [.sharedOutage])
        #expect(incidents.first?.cause == cause)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Topology: explanations that are equally good are reported as candidates")
    func equalExplanations() throws {
        var bench = DatacenterBench(racks: 12) { rack, _, status in
            status.topology = Topology(
                feed: rack < 4 ? "A" : "B", zone: rack < 4 ? "z1" : "z2", row: "\(rack % 3)",
                networkSwitch: "s\(rack)")
        }
        bench.silence(racks: 0..<4)
        bench.pass(seconds: 60)
        let incident = try #require(bench.dc.book.incidents.first)
        #expect(incident.cause == nil)
        #expect(Set(incident.candidates.map(\.cause)) == [.powerFeed, .coolingZone])
    }

    @Test("Reporter: one agent version across racks is one collector fault and one page")
    func agentVersion() throws {
        var bench = DatacenterBench(racks: 6) { _, server, status in
            status.agentVersion = server < 4 ? "1.1.0" : "1.0.0"
        }
        bench.silence(racks: 0..<6, servers: 0..<4)
        bench.pass(seconds: 120)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .collectorFault)
        #expect(incident.cause == .agentVersion)
        #expect(incident.extent.serversAffected == 24)
        // Every silent server is folded, through its rack.
        for rack in bench.racks {
            #expect(rack.rack.members.prefix(4).allSatisfy { $0.folds.entries.count == 1 })
        }
        bench.recover(racks: 0..<6, servers: 0..<4)
        bench.pass(seconds: 180)
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Reporter: a collector fault lasts until its servers return, also when they are gone")
    func longCollectorFault() {
        var bench = DatacenterBench(racks: 3) { _, server, status in
            status.relay = server < 4 ? "relay-1" : "relay-2"
        }
        bench.silence(racks: 0..<3, servers: 0..<4)
        bench.pass(seconds: 580)
        for rack in 0..<3 {
            for server in 0..<4 {
                let now = bench.wall
                bench.racks[rack].tell(server) {
                    $0.condition = .gone
                    $0.conditionSince = now
                    $0.incidents[0].severity = .error
                }
            }
        }
        bench.pass(seconds: 1_200)
        #expect(bench.dc.book.incidents.map(\.kind) == [.collectorFault])
        #expect(bench.openedPages.count == 1)
        #expect(bench.racks[1].rack.members[2].folds.entries.count == 1)
    }

    @Test("Reporter: a dead relay that most servers of many racks use is one collector fault")
    func relay() throws {
        var bench = DatacenterBench(racks: 8) { rack, server, status in
            status.topology.row = "\(rack / 4)"
            status.relay = rack < 4 && server < 8 ? "relay-1" : "relay-2"
        }
        bench.silence(racks: 0..<4, servers: 0..<8)
        bench.pass(seconds: 120)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .collectorFault)
        #expect(incident.cause == .collector)
    }

    @Test("Unknown: racks that fall silent together with nothing in common are one critical page")
    func unknownCommonCause() throws {
        var bench = DatacenterBench(racks: 16) { rack, _, status in
            status.topology = Topology(
                feed: rack % 2 == 0 ? "A" : "B", zone: "z\(rack / 8)", row: "\(rack / 4)",
                networkSwitch: "s\(rack)")
        }
        bench.silence(racks: [0, 5, 10, 15])
        bench.pass(seconds: 60)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .unknownCommonCause)
        #expect(incident.severity == .critical)
        #expect(incident.cause == .unknown)
    }

    @Test("Two silent racks are two rack incidents, not a mass silence")
    func twoRacks() {
        var bench = DatacenterBench(racks: 10) { _, _, _ in }
        bench.silence(racks: [2, 7])
        bench.pass(seconds: 60)
        #expect(bench.dc.book.incidents.isEmpty)
        #expect(bench.openedPages.count == 2)
        #expect(bench.dc.unhealthyRacks.map(\.key) == [.fixture("r02"), .fixture("r07")])
    }

    @Test("A cooling zone that heats up is one shared degradation")
    func coolingZone() throws {
        var bench = DatacenterBench(racks: 9) { rack, _, status in
            status.topology.zone = "z\(rack / 3)"
            status.topology.row = "\(rack % 3)"
        }
        bench.tell(racks: 3..<6, servers: 0..<10, seconds: 5) {
            $0.open(.temperature, severity: .error, at: $1)
        }
        bench.pass(seconds: 60)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .sharedDegradation)
        #expect(incident.cause == .coolingZone)
    }

    @Test("A brownout of one feed is one shared degradation")
    func brownout() {
        var bench = DatacenterBench(racks: 8) { rack, _, status in
            status.topology.feed = rack % 2 == 0 ? "A" : "B"
        }
        bench.tell(racks: stride(from: 0, to: 8, by: 2), servers: 0..<10, seconds: 5) {
            $0.digest.set(.voltage, to: 10)
            $0.digest.set(.throttles, to: 3)
            _ = $1
        }
        bench.pass(seconds: 60)
        #expect(bench.dc.book.incidents.map(\.cause) == [.powerFeed])
        #expect(bench.openedPages.count == 1)
    }

    @Test("A data center hears of a clear, and one change is one record")
    func clearIsHeard() {
        var bench = DatacenterBench(racks: 4) { _, _, _ in }
        bench.silence(racks: [1])
        bench.pass(seconds: 60)
        #expect(bench.dc.counts.unhealthy == 1)
        let told = bench.alerts.count
        for _ in 0..<20 { bench.racks[1].tell(0) { _ in } }
        bench.exchange()
        #expect(bench.alerts.count == told)
        bench.recover(racks: [1])
        bench.pass(seconds: 60)
        #expect(bench.dc.counts.unhealthy == 0)
        #expect(bench.dc.verdict == .healthy)
    }

    // MARK: verdict

    @Test("Without racks a data center is unknown; unhealthy outranks unknown")
    func verdicts() {
        var bench = DatacenterBench(racks: 10) { _, _, _ in }
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.dc.isHealthy)
        bench.unheard.insert(bench.dc.racks[0].shard)
        bench.step(.childShards)
        #expect(bench.dc.verdict == .unknown)
        #expect(!bench.dc.isStale, "a moment's silence makes no picture old")
        #expect(bench.dc.unknownRacks.map(\.key) == [.fixture("r00")])
        bench.silence(racks: [4])
        bench.pass(seconds: 30)
        #expect(bench.dc.verdict == .unhealthy)
        #expect(DatacenterBench(racks: 0) { _, _, _ in }.dc.verdict == .unknown)
    }

    @Test("Unknown racks with at most 5 % of the servers leave a data center healthy")
    func fivePercent() {
        var bench = DatacenterBench(racks: 20) { _, _, _ in }
        bench.unheard.insert(bench.dc.racks[3].shard)
        bench.step(.childShards)
        #expect(bench.dc.counts.unknown == 1)
        #expect(bench.dc.verdict == .healthy)
    }

    @Test("A rack that is silent for long stays in the list, also while its owner is gone")
    func longSilence() {
        var bench = DatacenterBench(racks: 4) { _, _, _ in }
        bench.silence(racks: [2])
        bench.pass(seconds: 900)
        for server in 0..<10 { bench.racks[2].tell(server) { $0.condition = .gone } }
        bench.pass(seconds: 900)
        #expect(bench.dc.unhealthyRacks.map(\.key) == [.fixture("r02")])
        bench.unheard.insert(bench.dc.racks[2].shard)
        bench.step(.childShards)
        #expect(bench.dc.unhealthyRacks.map(\.key) == [.fixture("r02")])
    }

    @Test("Racks in maintenance are left out and counted apart")
    func rackMaintenance() {
        var bench = DatacenterBench(racks: 4) { _, _, _ in }
        let window = MaintenanceWindow(
            id: "m", owner: "ana", reason: "move", from: bench.wall, until: bench.wall + .hours(2))
        bench.racks[1].step(.command(.setMaintenance(window)))
        bench.silence(racks: [1])
        bench.pass(seconds: 60)
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.dc.counts.maintenance == 1)
        #expect(bench.dc.unhealthyRacks.isEmpty)
        #expect(bench.pages.isEmpty)
    }

    @Test("A data center's maintenance reaches the servers through their racks")
    func datacenterMaintenance() {
        var bench = DatacenterBench(racks: 3) { _, _, _ in }
        let window = MaintenanceWindow(
            id: "m", owner: "ana", reason: "power test", from: bench.wall,
            until: bench.wall + .hours(2))
        bench.step(.command(.setMaintenance(window)))
        bench.exchange()
        let inherited = InheritedMaintenance(address: bench.dc.book.address, window: window)
        for rack in bench.racks {
            #expect(rack.rack.members.allSatisfy { $0.folds.maintenance == inherited })
        }
    }

    @Test("A rack that leaves is forgotten, and a late status does not bring it back")
    func leaving() {
        var bench = DatacenterBench(racks: 3) { _, _, _ in }
        let late = bench.racks[1].rack.message(for: .fixture("dc1"))
        for server in 0..<10 { bench.racks[1].remove(server) }
        bench.exchange()
        #expect(bench.dc.racks.map(\.key) == [.fixture("r00"), .fixture("r02")])
        #expect(bench.racks[1].rack.isRemovable)
        #expect(!bench.dc.isNews(late))
    }

    // MARK: state

    @Test("The same inputs give the same twin to the byte, also through a row half-way")
    func determinism() throws {
        func run(restoring: Bool) throws -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            var bench = DatacenterBench(racks: 8) { rack, _, status in
                status.topology.feed = rack < 4 ? "A" : "B"
            }
            bench.silence(racks: 0..<4)
            bench.step(.observation(ObservationReport(servers: ShardSet([1, 2]))))
            bench.pass(seconds: 5)
            if restoring {
                let row = try encoder.encode(bench.dc)
                let restored = try JSONDecoder().decode(DatacenterTwin.self, from: row)
                #expect(restored == bench.dc)
                bench.dc = restored
            }
            bench.pass(seconds: 60)
            bench.recover(racks: 0..<4)
            bench.pass(seconds: 60)
            return try encoder.encode(bench.dc)
        }
        #expect(try run(restoring: false) == run(restoring: true))
    }
}
