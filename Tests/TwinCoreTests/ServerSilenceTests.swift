import Testing
import TwinCore

@Suite("The silence of a server")
struct ServerSilenceTests {
    @Test("climbs the ladder: late at 2 intervals, missing at 3, gone at 10 minutes")
    func ladder() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        #expect(bench.twin.statusWord == "healthy")
        bench.wait(.seconds(19))
        #expect(bench.twin.statusWord == "healthy")
        bench.wait(.seconds(1))
        #expect(bench.twin.statusWord == "late")
        #expect(bench.twin.book.incidents.isEmpty)
        bench.wait(.seconds(10))
        #expect(bench.twin.statusWord == "missing")
        #expect(bench.incident(.missingReport)?.phase == .pending)
        #expect(bench.twin.status?.incidents.map(\.kind) == [.missingReport])
        #expect(bench.alerts.isEmpty)
        bench.wait(.seconds(25))
        #expect(bench.incident(.missingReport)?.phase == .open)
        #expect(bench.incident(.missingReport)?.severity == .warning)
        #expect(bench.pages.isEmpty)
        bench.wait(.seconds(600 - 56))
        #expect(bench.twin.statusWord == "missing")
        bench.wait(.seconds(1))
        #expect(bench.twin.statusWord == "gone")
        #expect(bench.changes(of: .missingReport) == [.opened, .escalated])
        #expect(bench.pages.count == 1)
    }

    @Test(
        "mistake 15: is told once, not again every minute, after three intervals of any cadence",
        arguments: [Int64(1), 10, 60, 600])
    func onceAtAnyCadence(seconds: Int64) throws {
        var bench = try ServerBench(interval: .seconds(seconds))
        bench.run(for: .seconds(seconds * 5))
        bench.wait(.seconds(seconds * 3))
        #expect(bench.twin.statusWord == "missing")
        bench.wait(.hours(24))
        #expect(bench.changes(of: .missingReport) == [.opened, .escalated])
        #expect(bench.inputs < 40)
    }

    @Test("mistake 9: our own pause makes nobody missing")
    func blind() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        bench.isObserving = false
        bench.wait(.minutes(20))
        #expect(bench.twin.statusWord == "healthy")
        bench.isObserving = true
        bench.floor = bench.elapsed + Limits.floorMargin
        bench.wait(.seconds(15))
        #expect(bench.twin.statusWord == "healthy")
        bench.report()
        bench.run(for: .minutes(5))
        #expect(bench.alerts.isEmpty)
    }

    @Test("a server that really died during our blindness is still found")
    func diedWhileBlind() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        bench.isObserving = false
        bench.wait(.minutes(20))
        bench.isObserving = true
        bench.floor = bench.elapsed + Limits.floorMargin
        bench.wait(.seconds(41))
        #expect(bench.twin.statusWord == "missing")
        bench.wait(.minutes(11))
        #expect(bench.twin.statusWord == "gone")
    }

    @Test("a silence began with the last report, whenever it is noticed, and also once it is gone")
    func onset() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        let last = try #require(bench.twin.window.newest)
        bench.isObserving = false
        bench.wait(.minutes(2))
        bench.isObserving = true
        bench.floor = bench.elapsed + Limits.floorMargin
        bench.wait(.seconds(31))
        #expect(bench.twin.statusWord == "missing")
        #expect(bench.twin.status?.conditionSince == last)
        bench.wait(.minutes(11))
        #expect(bench.twin.statusWord == "gone")
        #expect(bench.twin.status?.conditionSince == last)
        bench.report()
        #expect(bench.twin.status?.conditionSince == bench.wall)
    }

    @Test("while blind a missing server gets no worse and timers do not spin")
    func noWorse() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        bench.wait(.seconds(31))
        #expect(bench.twin.statusWord == "missing")
        bench.isObserving = false
        let before = bench.inputs
        bench.wait(.minutes(30))
        #expect(bench.twin.statusWord == "missing")
        #expect(bench.inputs - before <= 30 * 6 + 5)
    }

    @Test("never reported: one warning after 15 minutes, resolved by the first report")
    func neverReported() throws {
        var bench = try ServerBench()
        bench.wait(.minutes(14))
        #expect(bench.twin.statusWord == "awaiting")
        #expect(bench.alerts.isEmpty)
        bench.wait(.hours(5))
        #expect(bench.changes(of: .neverReported) == [.opened])
        #expect(bench.twin.statusWord == "awaiting")
        bench.report()
        #expect(bench.changes(of: .neverReported) == [.opened, .resolved])
        #expect(bench.twin.statusWord == "healthy")
        #expect(bench.pages.isEmpty)
    }

    @Test("a reboot is told by the smaller uptime and names itself as cause")
    func reboot() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        bench.wait(.minutes(4))
        bench.bootedAt = bench.wall + .seconds(-20)
        bench.report()
        let resolved = bench.alerts.last
        #expect(resolved?.change == .resolved)
        #expect(resolved?.incident?.incident.cause == .reboot)
        #expect(resolved?.incident?.incident.summary == "Back after 4 min: it rebooted.")
        #expect(bench.twin.continuity.boot == .rebooted)
        #expect(bench.pages.isEmpty)
    }

    @Test("a network cut is told by the unchanged uptime and buffered reports")
    func networkCut() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5))
        let cut = bench.wall
        bench.wait(.minutes(4))
        for step in 1...24 {
            bench.report(at: cut + .seconds(Int64(step) * 10), flags: .buffered)
        }
        #expect(bench.twin.continuity.boot == .same)
        #expect(bench.twin.continuity.isBuffered)
        #expect(bench.twin.continuity.returnedAt == bench.wall)
        #expect(bench.twin.statusWord == "healthy")
        #expect(bench.twin.window.count == 30 + 24)
    }

    @Test("a silence shorter than the hold leaves no record")
    func shortSilence() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        bench.wait(.seconds(35))
        #expect(bench.incident(.missingReport) != nil)
        bench.report()
        #expect(bench.twin.book.incidents.isEmpty)
        #expect(bench.alerts.isEmpty)
    }

    @Test("without a receipt the hold ends after twice its time")
    func unreceiptedHold() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        bench.run(for: .minutes(1))
        bench.wait(.seconds(30 + 49))
        #expect(bench.incident(.missingReport)?.phase == .pending)
        bench.wait(.seconds(1))
        #expect(bench.incident(.missingReport)?.phase == .open)
    }

    @Test("mistake 6: commissioning again leaves one timer, and the same content changes nothing")
    func recommission() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(1))
        let same = try ServerBench.commission(rack: "dc1-r07")
        #expect(bench.twin.admission(of: same, ifGeneration: nil) == .already)
        for index in 0..<10 {
            bench.step(
                .commission(
                    try ServerBench.commission(
                        rack: "dc1-r07", interval: .seconds(Int64(20 + index)))))
        }
        let before = bench.inputs
        bench.wait(.minutes(5))
        #expect(bench.changes(of: .missingReport) == [.opened])
        #expect(bench.inputs - before < 10)
    }
}
