import Evaluation
import SimulatedFleet
import Testing
import TwinCore

/// The three production twins together on fleet output: what one tier's own tests cannot show.
@Suite struct OfflineClusterTests {
    @Test(
        "Each shared fault is one page with the right cause, and nobody is called otherwise",
        arguments: [
            ("tor:dc1-r03@2m+2m", 10), ("tor:dc1-r03@2m+15m", 24), ("tor-reboot:dc1-r03@2m+5m", 14),
            ("tor-degraded:dc1-r03@2m+25m", 45), ("rack-power:dc1-r03@2m+6m", 16),
            ("row-power:2@2m+6m", 16), ("feed:A@2m+8m", 16), ("feed:dc1-r03@2m+8m", 16),
            ("brownout:A@2m+15m", 24), ("brownout:dc1-r03@2m+15m", 24),
            ("cooling:dc1-r03@2m+35m", 75),
        ])
    func shared(fault: String, minutes: Int64) throws {
        let run = try OfflineRun(fault, racks: 10, servers: 8, span: .minutes(minutes))
        #expect(run.tally.pages == 1)
        #expect(run.score.matches.count(where: \.truth.isRequired) == 1)
        #expect(run.score.isPerfect, "\(run.score)")
        #expect(run.verdict == .healthy)
    }

    /// With eight servers a rack one or two of them share the collector: too few for a rack.
    @Test(
        "A dead collector is one page, and none of its servers is told apart",
        arguments: [
            ("collector:relay-2@2m+8m", 40, 16), ("collector:1.4.1@2m+8m", 40, 16),
            ("collector:relay-2@2m+8m", 8, 16), ("collector:1.4.1@2m+8m", 8, 16),
            ("collector:relay-2@2m+40m", 8, 50), ("collector:1.4.1@2m+40m", 8, 50),
        ])
    func collector(fault: String, servers: Int, minutes: Int64) throws {
        let run = try OfflineRun(fault, racks: 10, servers: servers, span: .minutes(minutes))
        #expect(run.tally.pages == 1)
        #expect(run.score.isPerfect, "\(run.score)")
        #expect(run.verdict == .healthy)
    }

    @Test("A server that dies behind a dead collector pages once the collector is back")
    func diesBehind() throws {
        let run = try OfflineRun(
            "collector:relay-2@2m+20m", "server:dc1-r03-s02@10m+40m", racks: 10, servers: 8,
            span: .minutes(60))
        #expect(run.tally.pages == 2)
        let paged = run.alerts.map(\.draft).filter(\.pages)
        let center = paged.filter { $0.address.tier == .dc }
        #expect(center.map(\.change) == [.opened, .resolved])
        #expect(center.first?.incident?.incident.cause == .collector)
        let server = paged.filter { $0.address.description == "server/dc1-r03-s02" }
        #expect(server.map(\.change) == [.unfolded, .resolved])
        #expect(center.count + server.count == paged.count)
        #expect(server.first.map { $0.at - noon > .minutes(22) } ?? false)
        #expect(run.verdict == .healthy)
    }

    @Test(
        "A fault of one server stays one server's",
        arguments: [
            ("reboot:dc1-r03-s03@2m+4m", 10, 0), ("server:dc1-r03-s03@2m+20m", 26, 1),
            ("agent:dc1-r03-s03@2m+4m", 10, 0), ("fan:dc1-r03-s03@2m+35m", 45, 1),
            ("disk:dc1-r03-s03@2m+100m", 110, 0), ("clock-skew:dc1-r03-s03@2m+5m", 10, 0),
            ("dimm:dc1-r03-s03@2m+30m", 50, 1),
        ])
    func single(fault: String, minutes: Int64, pages: Int) throws {
        let run = try OfflineRun(fault, racks: 3, servers: 8, span: .minutes(minutes))
        #expect(run.tally.pages == pages)
        #expect(run.score.isPerfect, "\(run.score)")
        #expect(run.verdict == .healthy)
    }

    @Test("Heat that creeps through a zone is one zone's trouble; at most two racks page before")
    func zone() throws {
        let run = try OfflineRun("cooling:cz1@2m+35m", racks: 20, servers: 8, span: .minutes(75))
        #expect(run.score.isPerfect, "\(run.score)")
        #expect(run.tally.pages <= 3)
        let atCenter = run.tally.observed.filter { $0.address.tier == .dc }
        #expect(atCenter.map(\.cause) == [.coolingZone])
    }

    @Test("A healthy fleet with late, doubled and reordered reports opens nothing")
    func healthy() throws {
        let run = try OfflineRun(racks: 4, servers: 8, span: .minutes(60))
        #expect(run.tally.observed.isEmpty)
        #expect(run.cluster.tally.late > 0)
        #expect(run.cluster.tally.duplicate > 0)
        #expect(run.verdict == .healthy)
    }

    @Test("What servers buffered while nobody heard them is no news: old link-downs page nobody")
    func buffered() throws {
        let run = try OfflineRun(
            "tor-reboot:dc1-r03@2m+9m", racks: 4, servers: 8, span: .minutes(20))
        #expect(!run.tally.observed.contains { $0.kind == .linkDown })
    }

    @Test("A switch that fails again within minutes pages again, as the same incident")
    func again() throws {
        let run = try OfflineRun(
            "tor:dc1-r03@2m+3m", "tor:dc1-r03@10m+3m", racks: 4, servers: 8, span: .minutes(20))
        #expect(run.tally.pages == 2)
        #expect(run.score.matches.count == 2)
        #expect(run.score.falseAlerts.isEmpty)
    }

    @Test("The same reports give the same records, whatever the steps of the clock")
    func deterministic() throws {
        let fine = try OfflineRun(
            "tor:dc1-r01@1m+2m", racks: 3, servers: 6, span: .minutes(8), step: .seconds(1))
        let coarse = try OfflineRun(
            "tor:dc1-r01@1m+2m", racks: 3, servers: 6, span: .minutes(8), step: .seconds(37))
        #expect(fine.alerts == coarse.alerts)
        #expect(!fine.alerts.isEmpty)
    }

    @Test("A report of a server that nobody commissioned is counted")
    func unknown() throws {
        var cluster = try #require(OfflineCluster(metrics: ["hw.fan.speed"], start: noon))
        let report = OfflineReport(
            server: try TwinKey("stranger"), deliveredAt: .seconds(1), at: noon,
            profile: ReporterProfile(), values: [5_000])
        cluster.advance(to: .seconds(2), reports: [report])
        #expect(cluster.tally.unknown == 1)
        #expect(cluster.tally.total == 1)
    }

    @Test("A server that moves leaves its old rack, and the new one watches it")
    func move() throws {
        var cluster = try #require(OfflineCluster(metrics: ["hw.fan.speed"], start: noon))
        let key = try TwinKey("s1")
        for rack in ["r1", "r2"] {
            cluster.commission(
                key,
                Commission(
                    rack: try TwinKey(rack), dc: try TwinKey("dc1"), labels: [], interval: nil))
            cluster.advance(to: cluster.now + .seconds(1), reports: [])
        }
        #expect(cluster.rack(try TwinKey("r1"))?.members.isEmpty ?? true)
        #expect(cluster.rack(try TwinKey("r2"))?.members.map(\.key) == [key])
        #expect(cluster.server(key)?.formerRacks == [])
    }
}

/// 2025-06-01T12:00:00Z.
private let noon = Timestamp(milliseconds: 1_748_779_200_000)

/// One fleet with faults, run to the end and scored.
private struct OfflineRun {
    private(set) var cluster: OfflineCluster
    private(set) var tally = AlertTally()
    private(set) var alerts: [NumberedAlert] = []
    let score: TruthScore
    let verdict: Verdict?

    init(
        _ faults: String..., racks: Int, servers: Int, span: Milliseconds,
        step: Milliseconds = .seconds(10)
    ) throws {
        let topology = try FleetTopology(rackCount: racks, serversPerRack: servers)
        let interval = Milliseconds.seconds(10)
        var fleet = Fleet(
            topology: topology, faults: try faults.map { try topology.fault(FaultSpec($0)) },
            options: FleetOptions(seed: 7, interval: interval, start: noon))
        var cluster = try #require(OfflineCluster(metrics: Fleet.metricNames, start: noon))
        for (server, key) in topology.serverKeys.enumerated() {
            cluster.commission(key, topology.commission(of: server, interval: interval))
        }
        while cluster.now < span {
            let moment = min(span, cluster.now + step)
            let reports = fleet.advance(to: moment).map { report in
                OfflineReport(
                    server: topology.serverKeys[report.server], deliveredAt: report.deliveredAt,
                    at: report.at, flags: report.flags,
                    profile: topology.profile(of: report.server, interval: interval),
                    values: report.values)
            }
            cluster.advance(to: moment, reports: reports)
            alerts += cluster.takeAlerts()
        }
        for alert in alerts { tally.note(alert.draft) }
        let truths = GroundTruth(of: fleet, until: span).incidents.map(OfflineRun.entry)
        score = TruthMatcher().score(alerts: tally.observed, truths: truths)
        verdict = cluster.datacenter(topology.dc)?.verdict
        self.cluster = cluster
    }

    private static func entry(_ expected: ExpectedIncident) -> TruthEntry {
        TruthEntry(
            fault: expected.fault, address: expected.address, kinds: expected.kinds,
            causes: expected.causes, start: expected.start, end: expected.end,
            paging: TruthEntry.Paging(rawValue: expected.paging.rawValue) ?? .either,
            isRequired: expected.isRequired)
    }
}
