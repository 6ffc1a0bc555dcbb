import Testing
import TwinCore

/// One row of domain.md's "Default limits" as an injection.
struct ServerLimitCase: Sendable, CustomTestStringConvertible {
    let kind: IncidentKind
    let metric: String
    let bad: Float
    let good: Float
    let severity: Severity
    /// The incident opens after so long, with reports every 10 s and the hold.
    let within: Milliseconds

    var testDescription: String { "\(kind.rawValue) at \(bad)" }

    static let all: [ServerLimitCase] = [
        .init(
            kind: .cpuHigh, metric: "system.cpu.utilization", bad: 0.9, good: 0.5,
            severity: .warning, within: .minutes(12)),
        .init(
            kind: .cpuHigh, metric: "system.cpu.utilization", bad: 0.99, good: 0.5,
            severity: .warning, within: .minutes(12)),
        .init(
            kind: .iowaitHigh, metric: "system.cpu.iowait", bad: 0.5, good: 0.1, severity: .warning,
            within: .minutes(6)),
        .init(
            kind: .memoryHigh, metric: "system.memory.utilization", bad: 0.95, good: 0.7,
            severity: .warning, within: .minutes(3)),
        .init(
            kind: .memoryHigh, metric: "system.memory.utilization", bad: 0.99, good: 0.7,
            severity: .warning, within: .minutes(3)),
        .init(
            kind: .outOfMemory, metric: "system.memory.oom_kills", bad: 0.1, good: 0,
            severity: .warning, within: .seconds(20)),
        .init(
            kind: .filesystemFull, metric: "system.filesystem.utilization", bad: 0.92, good: 0.5,
            severity: .warning, within: .minutes(1)),
        .init(
            kind: .filesystemFull, metric: "system.filesystem.utilization", bad: 0.99, good: 0.5,
            severity: .critical, within: .minutes(1)),
        .init(
            kind: .filesystemReadonly, metric: "system.filesystem.readonly", bad: 1, good: 0,
            severity: .critical, within: .seconds(20)),
        .init(
            kind: .packetDrops, metric: "system.network.dropped", bad: 0.04, good: 0,
            severity: .error, within: .minutes(11)),
        .init(
            kind: .networkErrors, metric: "system.network.errors", bad: 0.03, good: 0,
            severity: .error, within: .minutes(3)),
        .init(
            kind: .retransmits, metric: "system.tcp.retransmit_ratio", bad: 0.1, good: 0,
            severity: .warning, within: .minutes(3)),
        .init(
            kind: .linkDown, metric: "system.network.link_up", bad: 0, good: 1, severity: .critical,
            within: .minutes(1)),
        .init(
            kind: .memoryErrorsCorrected, metric: "hw.memory.errors.corrected", bad: 0.5, good: 0,
            severity: .warning, within: .minutes(2)),
        .init(
            kind: .memoryErrorsUncorrected, metric: "hw.memory.errors.uncorrected", bad: 1, good: 0,
            severity: .critical, within: .seconds(10)),
        .init(
            kind: .temperature, metric: "hw.temperature.margin", bad: 8, good: 30,
            severity: .warning, within: .minutes(1)),
        .init(
            kind: .temperature, metric: "hw.temperature.margin", bad: 3, good: 30,
            severity: .critical, within: .minutes(1)),
        .init(
            kind: .powerSupply, metric: "hw.power_supply.ok", bad: 0, good: 1, severity: .critical,
            within: .minutes(1)),
        .init(
            kind: .voltage, metric: "hw.voltage", bad: 205, good: 230, severity: .warning,
            within: .minutes(1)),
        .init(
            kind: .throttling, metric: "system.cpu.throttles", bad: 5, good: 0, severity: .warning,
            within: .minutes(2)),
        .init(
            kind: .clockOffset, metric: "system.clock.offset", bad: -0.2, good: 0.001,
            severity: .warning, within: .minutes(2)),
    ]
}

@Suite("The health rules")
struct ServerHealthTests {
    @Test(
        "open each default limit's incident in time, with evidence, and resolve it",
        arguments: ServerLimitCase.all)
    func limits(row: ServerLimitCase) throws {
        var bench = try ServerBench()
        let names = [row.metric, "system.uptime"]
        func run(_ value: Float, for span: Milliseconds) {
            for _ in 0..<(span.rawValue / 10_000) {
                bench.wait(.seconds(10))
                let uptime = Float((bench.wall - bench.bootedAt).rawValue / 1_000)
                bench.send([value, uptime], names: names, at: bench.wall)
            }
        }
        run(row.good, for: .minutes(20))
        #expect(bench.alerts.isEmpty)
        run(row.bad, for: row.within)
        let incident = try #require(bench.incident(row.kind))
        #expect(incident.phase == .open)
        #expect(incident.severity == row.severity)
        #expect(incident.evidence.first?.metric == row.metric)
        #expect(incident.evidence.first?.limit != nil)
        #expect(incident.summary.hasSuffix("."))
        #expect(bench.pages.isEmpty == (row.severity < .error))
        run(row.good, for: .hours(1))
        #expect(bench.twin.book.incidents.isEmpty)
        #expect(bench.alerts.last?.change == .resolved)
    }

    @Test("say what, the value against its limit, and the worst device")
    func sentences() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        for _ in 0..<2 {
            bench.wait(.seconds(10))
            bench.report(
                ["system.network.link_up": 0, "system.filesystem.utilization": 0.93],
                devices: [
                    WorstDevice(metricIndex: 3, name: "/var"),
                    WorstDevice(metricIndex: 6, name: "eno2"),
                ])
        }
        #expect(bench.incident(.linkDown)?.summary == "Network link down: eno2.")
        #expect(bench.incident(.filesystemFull)?.summary == "File system 93 %, limit 90 %: /var.")
        #expect(bench.incident(.filesystemFull)?.evidence.first?.device == "/var")
    }

    @Test("a file system that fills in an hour is told hours before it is full")
    func filling() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(20)) { _ in ["system.filesystem.utilization": 0.55] }
        bench.run(for: .minutes(30)) { index in
            ["system.filesystem.utilization": 0.55 + Float(index) * 0.0008]
        }
        let incident = try #require(bench.incident(.filesystemFilling))
        #expect(incident.severity == .critical)
        #expect(bench.incident(.filesystemFull) == nil)
    }

    @Test("a wobble between the enter and the leave limit changes nothing")
    func hysteresis() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2), ["hw.temperature.margin": 9])
        #expect(bench.changes(of: .temperature) == [.opened])
        bench.run(for: .minutes(30)) { ["hw.temperature.margin": $0 % 2 == 0 ? 9.5 : 11.5] }
        #expect(bench.changes(of: .temperature) == [.opened])
        #expect(bench.incident(.temperature)?.phase == .open)
        bench.run(for: .minutes(10), ["hw.temperature.margin": 20])
        #expect(bench.changes(of: .temperature) == [.opened, .resolved])
    }

    @Test("one bad report opens nothing that needs two")
    func oneBadReport() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(30)) { ["system.network.link_up": $0 % 3 == 0 ? 0 : 1] }
        #expect(bench.alerts.isEmpty)
    }

    @Test("a busy batch server warns and never pages: CPU, memory and iowait at the ceiling")
    func batch() throws {
        var bench = try ServerBench()
        bench.run(
            for: .hours(3),
            [
                "system.cpu.utilization": 1, "system.cpu.iowait": 0.9,
                "system.memory.utilization": 0.99,
            ])
        #expect(bench.twin.statusWord == "degraded")
        #expect(bench.pages.isEmpty)
        #expect(bench.alerts.filter { $0.change == .opened }.count == 3)
    }

    @Test("no data never means resolved")
    func noData() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2), ["system.network.link_up": 0])
        bench.run(for: .minutes(30), ["system.network.link_up": .nan])
        #expect(bench.incident(.linkDown)?.phase == .open)
        bench.wait(.hours(2))
        #expect(bench.incident(.linkDown)?.phase == .open)
    }

    @Test("mistake 14: a server that goes from one problem to another is told twice")
    func anotherProblem() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2), ["system.network.link_up": 0])
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        #expect(bench.changes(of: .linkDown).first == .opened)
        #expect(bench.changes(of: .powerSupply).first == .opened)
        #expect(bench.pages.filter { $0.change == .opened }.count == 2)
    }

    @Test("an alert is not repeated while its incident goes on")
    func noRepeats() throws {
        var bench = try ServerBench()
        bench.run(for: .hours(2), ["system.network.link_up": 0])
        #expect(bench.changes(of: .linkDown) == [.opened])
    }

    @Test("a NIC that toggles each minute for 2 h is one incident with at most 3 pages, flapping")
    func flapping() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        var wasFlapping = false
        for _ in 0..<60 {
            bench.run(for: .minutes(1), ["system.network.link_up": 0])
            bench.run(for: .minutes(1))
            wasFlapping = wasFlapping || bench.incident(.linkDown)?.isFlapping == true
        }
        #expect(bench.twin.book.highestNumber == 1)
        #expect(bench.alerts.filter { $0.change == .opened }.count == 1)
        #expect(bench.pages.count <= 3)
        #expect(wasFlapping)
        bench.run(for: .hours(3))
        #expect(bench.twin.book.incidents.isEmpty)
        #expect(bench.pages.count <= 3)
    }

    @Test(
        "maintenance that ends on a bad server pages then, once, also across a restart",
        arguments: [false, true])
    func maintenance(restarts: Bool) throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        let window = MaintenanceWindow(
            id: "m1", owner: "ana", reason: "firmware", from: bench.wall,
            until: bench.wall + .minutes(30))
        bench.step(.command(.setMaintenance(window)))
        #expect(bench.twin.status?.isInMaintenance == true)
        bench.run(for: .minutes(20), ["hw.power_supply.ok": 0])
        #expect(bench.pages.isEmpty)
        if restarts { bench.twin = try ServerCoding.roundTrip(bench.twin, sets: bench.sets) }
        for _ in 0..<120 {
            bench.wait(.seconds(10))
            bench.report(["hw.power_supply.ok": 0])
            if let due = bench.twin.nextWallDue, due <= bench.wall { bench.step(.timer) }
        }
        #expect(bench.twin.status?.isInMaintenance == false)
        #expect(bench.pages.map(\.change) == [.unmuted])
    }
}
