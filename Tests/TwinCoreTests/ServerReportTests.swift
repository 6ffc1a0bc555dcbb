import Testing
import TwinCore

@Suite("What each report gets")
struct ServerReportTests {
    @Test("newer than the newest: judged")
    func newest() throws {
        var bench = try ServerBench()
        #expect(bench.report() == .newest)
        bench.wait(.seconds(10))
        #expect(bench.report() == .newest)
        #expect(bench.twin.counters.accepted == 2)
        #expect(bench.twin.window.count == 2)
    }

    @Test("inside the window: stored in place, no verdict on the past")
    func late() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        let before = bench.twin.book.incidents
        let at = bench.wall + .seconds(-35)
        #expect(bench.report(["system.network.link_up": 0], at: at) == .late)
        #expect(bench.report(["system.network.link_up": 0], at: at + .seconds(-10)) == .late)
        #expect(bench.twin.book.incidents == before)
        #expect(bench.twin.counters.late == 2)
        #expect(bench.twin.latest.values[6] == 1)
        let row = bench.twin.window.firstRow(from: at)
        #expect(bench.twin.window.time(of: row) == at)
        #expect(bench.twin.window.value(row: row, column: 6) == .zero)
    }

    @Test("the same time again: a duplicate, first wins; other values are a conflict")
    func duplicate() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        let before = bench.twin
        #expect(bench.report() == .duplicate(differs: false))
        #expect(bench.report(["system.cpu.iowait": 0.3]) == .duplicate(differs: true))
        let past = bench.wall + .seconds(-20)
        #expect(bench.report(at: past) == .duplicate(differs: false))
        #expect(bench.report(["system.cpu.iowait": 0.3], at: past) == .duplicate(differs: true))
        #expect(bench.twin == before)
    }

    @Test("older than 15 minutes: dropped, but heard")
    func tooOld() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        bench.wait(.minutes(2))
        #expect(bench.twin.statusWord == "missing")
        #expect(bench.report(at: bench.wall + .minutes(-30)) == .tooOld)
        #expect(bench.twin.statusWord == "healthy")
        #expect(bench.twin.counters.tooOld == 1)
    }

    @Test("more than 60 s ahead: refused, but heard; three in a row are one clock-skew warning")
    func future() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        for _ in 0..<20 {
            bench.wait(.seconds(10))
            #expect(bench.report(at: bench.wall + .seconds(90)) == .future)
        }
        #expect(bench.changes(of: .clockSkew) == [.opened])
        #expect(bench.twin.counters.future == 20)
        #expect(bench.incident(.missingReport) == nil)
        #expect(bench.pages.isEmpty)
        bench.run(for: .seconds(20))
        #expect(bench.changes(of: .clockSkew) == [.opened, .resolved])
    }

    @Test("NaN is absent; an impossible value is dropped and counted; the rest is judged")
    func implausible() throws {
        var bench = try ServerBench()
        for _ in 0..<3 {
            bench.wait(.seconds(10))
            bench.report([
                "system.cpu.utilization": .nan, "system.memory.utilization": 17,
                "hw.temperature.margin": -.infinity, "system.network.link_up": 0,
            ])
        }
        #expect(bench.twin.counters.implausible == 6)
        #expect(bench.twin.latest.values[0].isNaN)
        #expect(bench.twin.latest.values[2].isNaN)
        #expect(bench.incident(.linkDown) != nil)
        #expect(bench.incident(.memoryHigh) == nil)
    }

    @Test("other metric names widen the layout and lose nothing")
    func relayout() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2))
        bench.wait(.seconds(10))
        let extra = ["custom.queue", "system.cpu.utilization"]
        #expect(bench.send([5, 0.7], names: extra, at: bench.wall) == .newest)
        let set = bench.twin.metricSet
        #expect(set.names == ServerBench.names + ["custom.queue"])
        #expect(bench.twin.latest.values[0] == 0.7)
        #expect(bench.twin.latest.values[2].isNaN)
        #expect(bench.twin.latest.values[10] == 5)
        #expect(bench.twin.window.value(row: 0, column: 2) == Quantised(0.6))
        #expect(bench.send([5, 0.7], names: extra, at: bench.wall) == .duplicate(differs: false))
        #expect(bench.send([6, 0.7], names: extra, at: bench.wall) == .duplicate(differs: true))
    }

    @Test("after our wall clock has stepped back an hour, the present report is judged at once")
    func wallStep() throws {
        var bench = try ServerBench()
        bench.wallStep = .hours(1)
        bench.run(for: .minutes(5))
        bench.wallStep = .zero
        bench.wait(.seconds(10))
        #expect(bench.report() == .newest)
        #expect(bench.twin.window.count == 1)
        bench.run(for: .minutes(5))
        #expect(bench.twin.statusWord == "healthy")
        #expect(bench.alerts.isEmpty)
    }

    @Test("a server out of watch gets a sentence that says so")
    func outOfWatch() throws {
        var bench = try ServerBench()
        bench.step(.decommission)
        guard
            case .refused(let refusal) = bench.twin.admission(
                of: .endMaintenance(id: "m"), in: bench.context())
        else {
            Issue.record("a command to a decommissioned server was taken")
            return
        }
        #expect(refusal.code == .unknownAddress)
    }
}
