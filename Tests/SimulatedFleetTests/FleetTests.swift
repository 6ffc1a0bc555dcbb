import SimulatedFleet
import Testing
import TwinCore

@Suite struct FleetTests {
    @Test("The same seed gives the same reports, whatever the steps of time")
    func seedDecides() throws {
        let whole = try fleet("tor:dc1-r03@60s+120s", imperfections: .real)
        var stepped = whole
        var pieces: [FleetReport] = []
        for tick in 1...600 {
            pieces += stepped.advance(to: Milliseconds(rawValue: Int64(tick) * 1_000))
        }
        #expect(pieces == whole.reports(during: .minutes(10)))
    }

    @Test("Another seed gives other reports")
    func otherSeed() throws {
        let first = try fleet(seed: 1).reports(during: .minutes(1))
        let second = try fleet(seed: 2).reports(during: .minutes(1))
        #expect(first != second)
    }

    @Test("Every server reports once an interval, spread over it")
    func cadence() throws {
        let fleet = try fleet()
        let reports = fleet.reports(during: .seconds(60))
        #expect(reports.taken(from: .zero, to: .seconds(60)).count == 80 * 6)
        let firstRound = reports.taken(from: .zero, to: .seconds(10))
        #expect(Set(firstRound.map(\.server)).count == 80)
        #expect(firstRound.taken(from: .zero, to: .seconds(5)).count > 20)
        #expect(firstRound.taken(from: .seconds(5), to: .seconds(10)).count > 20)
    }

    @Test("Reports arrive in the order of their arrival time")
    func order() throws {
        let reports = try fleet("tor:dc1-r03@60s+120s", imperfections: .real)
            .reports(during: .minutes(10))
        for (earlier, later) in zip(reports, reports.dropFirst()) {
            #expect(earlier.deliveredAt <= later.deliveredAt)
        }
    }

    @Test("About one report in a hundred is late, one in a thousand doubled, unless turned off")
    func imperfections() throws {
        let span = Milliseconds.hours(1)
        let clean = try fleet().reports(during: span)
        let real = try fleet(
            imperfections: Imperfections(
                lateShare: 0.01, duplicatedShare: 0.001, reorderedShare: 0.005, skewedShare: 0)
        )
        .reports(during: span)
        #expect(clean.allSatisfy { $0.at == noon + $0.deliveredAt })
        let late = real.filter { $0.at + .seconds(1) < noon + $0.deliveredAt }.count
        #expect((300...600).contains(late))
        #expect((10...60).contains(real.count - clean.count + 5))
    }

    @Test("A healthy fleet stays inside every limit, at its busiest hour too")
    func healthyFleet() throws {
        let reports = try fleet().reports(during: .hours(3))
        #expect(reports.mean(.cpuUtilization) < 0.8)
        for report in reports {
            #expect(report.values.count == FleetMetric.names.count)
            #expect(report[.temperatureMargin] > 20)
            #expect(report[.networkDropped] < 0.001)
            #expect(report[.retransmitRatio] < 0.02)
            #expect(report[.throttles] == 0)
            #expect(report[.powerSupplyOK] == 1)
        }
        for (name, index) in zip(Fleet.metricNames, 0...) {
            let plausible = MetricDefinition.named(name).plausible
            #expect(reports.allSatisfy { plausible.contains($0.values[index]) }, "\(name)")
        }
    }

    @Test("Load swings over the day between a fifth and four fifths")
    func dailySwing() throws {
        let fleet = try fleet(racks: 1, servers: 20, interval: .minutes(10))
        let reports = fleet.reports(during: .hours(24))
        let busiest = reports.taken(from: .hours(1), to: .hours(3)).mean(.cpuUtilization)
        let quietest = reports.taken(from: .hours(13), to: .hours(15)).mean(.cpuUtilization)
        #expect((0.65...0.82).contains(busiest))
        #expect((0.15...0.25).contains(quietest))
    }

    @Test("A deploy wave makes rack after rack a third busier")
    func deployWave() throws {
        let topology = try FleetTopology(rackCount: 4, serversPerRack: 10)
        let wave = DeployWave(start: .minutes(10), end: .minutes(30), rackDelay: .minutes(2))
        let options = FleetOptions(
            seed: 1, interval: .seconds(10), start: noon,
            load: LoadModel(low: 0.4, high: 0.5, waves: [wave]), imperfections: .none)
        let reports = Fleet(topology: topology, faults: [], options: options)
            .reports(during: .minutes(20))
        let between = reports.taken(from: .minutes(11), to: .minutes(12))
        let first = between.filter { topology.rack(of: $0.server) == 0 }.mean(.cpuUtilization)
        let last = between.filter { topology.rack(of: $0.server) == 3 }.mean(.cpuUtilization)
        #expect(first > last * 1.2)
    }
}
