import Msgpack
import Testing
import TwinCore

@Suite("Incident book")
struct IncidentBookTests {
    // MARK: holds

    @Test("A finding without a hold opens at once and pages once, however often it is told")
    func opensAtOnce() throws {
        var bench = try IncidentBench()
        for _ in 0..<10 { bench.raise() }
        #expect(bench.changes == [.opened])
        #expect(bench.pages == [.opened])
    }

    @Test("A hold counts from the parent's receipt")
    func holdFromReceipt() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        bench.pass(seconds: 10)
        bench.receipt(hold: 25)
        bench.pass(seconds: 24)
        #expect(bench.changes.isEmpty)
        bench.pass(seconds: 1)
        #expect(bench.pages == [.opened])
    }

    @Test("A second receipt does not lengthen the hold")
    func oneReceiptCounts() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        bench.receipt(hold: 25)
        bench.pass(seconds: 20)
        bench.receipt(hold: 25)
        bench.pass(seconds: 5)
        #expect(bench.pages == [.opened])
    }

    @Test("Without a receipt a server's hold ends after twice its time, a rack's after its own")
    func holdWithoutReceipt() throws {
        var server = try IncidentBench()
        server.raise(hold: 25)
        server.pass(seconds: 49)
        #expect(server.changes.isEmpty)
        server.pass(seconds: 1)
        #expect(server.pages == [.opened])

        var rack = try IncidentBench(tier: "rack/dc1-r01")
        rack.raise(.rackUnreachable, hold: 25)
        rack.pass(seconds: 25)
        #expect(rack.pages == [.opened])
    }

    @Test("What clears while pending leaves no record and gives its number away for good")
    func clearsWhilePending() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        bench.clear()
        bench.pass(seconds: 100)
        #expect(bench.changes.isEmpty)
        #expect(bench.book.incidents.isEmpty)
        bench.raise()
        #expect(bench.only?.number == 2)
    }

    // MARK: severity and cause

    @Test("A rise of severity is one record and pages again; a fall changes nothing")
    func escalation() throws {
        var bench = try IncidentBench()
        bench.raise(.temperature, .warning)
        #expect(bench.pages.isEmpty)
        bench.raise(.temperature, .critical)
        bench.raise(.temperature, .warning)
        bench.raise(.temperature, .critical)
        #expect(bench.changes == [.opened, .escalated])
        #expect(bench.pages == [.escalated])
        #expect(bench.only?.severity == .critical)
    }

    @Test("A rise of severity pages also when the condition had been good for a moment")
    func escalationWhileRecovering() throws {
        var bench = try IncidentBench()
        bench.raise(.temperature, .warning, clear: 60)
        bench.pass(seconds: 100)
        bench.clear(.temperature)
        bench.pass(seconds: 10)
        bench.raise(.temperature, .critical, clear: 60)
        #expect(bench.changes == [.opened, .escalated])
        #expect(bench.pages == [.escalated])
    }

    @Test("A warning never pages by itself; the cluster's setting says from where it does")
    func pageFrom() throws {
        var bench = try IncidentBench()
        bench.raise(.cpuHigh, .warning)
        bench.configuration.pageFrom = .warning
        bench.raise(.iowaitHigh, .warning)
        #expect(bench.changes == [.opened, .opened])
        #expect(bench.pages == [.opened])
    }

    @Test("A cause that becomes known is one record that does not page")
    func causeUpdates() throws {
        var bench = try IncidentBench(tier: "rack/dc1-r01")
        bench.raise(.rackUnreachable)
        bench.raise(.rackUnreachable, cause: .torSwitch)
        bench.raise(.rackUnreachable, cause: .torSwitch)
        #expect(bench.changes == [.opened, .updated])
        #expect(bench.pages == [.opened])
    }

    // MARK: recovery

    @Test("Recovery takes the clear delay, which grows by half with each return, up to an hour")
    func clearDelayGrows() throws {
        var bench = try IncidentBench()
        bench.raise(clear: 60)
        for _ in 0..<20 {
            bench.pass(seconds: 1)
            bench.clear()
            bench.pass(seconds: 30)
            bench.raise(clear: 60)
        }
        #expect(bench.only?.clearDelay == Limits.clearDelayMax)
        #expect(!bench.changes.contains(.resolved))
    }

    @Test("A resolved incident pages when it paged, and not when it never did")
    func resolution() throws {
        var bench = try IncidentBench()
        bench.raise(.packetDrops, .error, clear: 10)
        bench.raise(.cpuHigh, .warning, clear: 10)
        bench.clear(.packetDrops)
        bench.clear(.cpuHigh)
        bench.pass(seconds: 10)
        #expect(bench.changes == [.opened, .opened, .resolved, .resolved])
        #expect(bench.pages == [.opened, .resolved])
    }

    @Test("What returns within 15 minutes is the same incident, reopened, with a count and a page")
    func reopening() throws {
        var bench = try IncidentBench()
        bench.raise()
        bench.clear(immediately: true)
        bench.pass(seconds: 600)
        bench.raise()
        #expect(bench.only?.number == 1)
        #expect(bench.only?.reopened == 1)
        #expect(bench.changes == [.opened, .resolved, .reopened])
        #expect(bench.pages == [.opened, .resolved, .reopened])
    }

    @Test("What returns later is another incident with another number")
    func notReopened() throws {
        var bench = try IncidentBench()
        bench.raise()
        bench.clear(immediately: true)
        bench.pass(seconds: 901)
        bench.raise()
        #expect(bench.only?.number == 2)
        #expect(bench.only?.reopened == 0)
    }

    @Test("A reopened incident is as bad as it is now, not as it once was")
    func reopenedSeverity() throws {
        var bench = try IncidentBench()
        bench.raise(.missingReport, .warning)
        bench.raise(.missingReport, .error)
        bench.clear(.missingReport, immediately: true)
        bench.pass(seconds: 60)
        bench.raise(.missingReport, .warning)
        #expect(bench.only?.severity == .warning)
        #expect(bench.pages == [.escalated, .resolved])
        bench.raise(.missingReport, .error)
        #expect(bench.pages == [.escalated, .resolved, .escalated])
    }

    // MARK: flapping

    @Test("A condition that toggles each minute for two hours is one incident and few pages")
    func flapping() throws {
        var bench = try IncidentBench()
        for minute in 0..<120 {
            if minute.isMultiple(of: 2) {
                bench.raise(.linkDown, clear: 120)
            } else {
                bench.clear(.linkDown)
            }
            bench.pass(seconds: 60)
        }
        let incident = try #require(bench.only)
        #expect(incident.number == 1)
        #expect(incident.isFlapping)
        #expect(bench.pages.count <= 3)
    }

    @Test("A flapping condition that settles on good resolves by itself, once")
    func flappingSettlesOnGood() throws {
        var bench = try IncidentBench()
        for minute in 0..<40 {
            if minute.isMultiple(of: 2) { bench.raise(.linkDown) } else { bench.clear(.linkDown) }
            bench.pass(seconds: 60)
        }
        #expect(bench.only?.isFlapping == true)
        for _ in 0..<7_200 {
            bench.clear(.linkDown)
            bench.pass(seconds: 1)
        }
        #expect(bench.book.incidents.isEmpty)
        #expect(bench.changes.last == .resolved)
    }

    @Test("A flapping condition that settles on bad stops flapping, and its escalation pages")
    func flappingSettlesOnBad() throws {
        var bench = try IncidentBench()
        for minute in 0..<40 {
            if minute.isMultiple(of: 2) { bench.raise(.linkDown) } else { bench.clear(.linkDown) }
            bench.pass(seconds: 60)
        }
        let pagesBefore = bench.pages.count
        for _ in 0..<40 {
            bench.raise(.linkDown)
            bench.pass(seconds: 60)
        }
        #expect(bench.only?.isFlapping == false)
        bench.raise(.linkDown, .critical)
        #expect(bench.pages.count > pagesBefore)
    }

    @Test("The flap measure is 0 for a steady state, 1 for a change each minute, newer weighs more")
    func flapRing() {
        func share(_ states: [Bool]) -> Double {
            var ring = FlapRing()
            for (minute, isBad) in states.enumerated() {
                ring.note(isBad: isBad, at: Elapsed(milliseconds: Int64(minute) * 60_000))
            }
            return ring.changeShare
        }
        let steady = Array(repeating: true, count: 40)
        #expect(share(steady) == 0)
        #expect(abs(share((0..<40).map { $0.isMultiple(of: 2) }) - 1) < 1e-9)
        #expect(share(steady + [false]) > share(steady + Array(repeating: false, count: 15)))
    }

    // MARK: bounds and the end

    @Test("A finding beyond the limit is not kept, and comes in when there is room")
    func limit() throws {
        var bench = try IncidentBench()
        for index in 0..<40 { bench.raise(.deviation, subject: "m\(index)") }
        #expect(bench.book.incidents.count == Limits.openIncidentsPerTwinMax)
        bench.book.clear(
            .deviation, subject: "m0", immediately: true, in: bench.context,
            effects: &bench.effects)
        bench.raise(.deviation, subject: "m39")
        #expect(bench.book.incident(.deviation, subject: "m39") != nil)
    }

    @Test("What was resolved is remembered for reopening, at most eight of them")
    func recentLimit() throws {
        var bench = try IncidentBench()
        for index in 0..<20 {
            bench.raise(.deviation, subject: "m\(index)")
            bench.book.clear(
                .deviation, subject: "m\(index)", immediately: true, in: bench.context,
                effects: &bench.effects)
        }
        #expect(bench.book.recent.count == Limits.recentIncidentsPerTwinMax)
    }

    @Test("Evidence is bounded")
    func evidenceLimit() throws {
        var bench = try IncidentBench()
        let many = (0..<50).map { Evidence(metric: "m\($0)", value: 1, unit: "1") }
        bench.book.raise(
            Finding(
                kind: .deviation, severity: .warning, summary: "much", evidence: many,
                since: bench.wall),
            in: bench.context, effects: &bench.effects)
        #expect(bench.only?.evidence.count == Limits.evidencePerIncidentMax)
    }

    @Test("Closing everything resolves what opened, forgets the rest, and spares nothing flapping")
    func closeAll() throws {
        var bench = try IncidentBench()
        for minute in 0..<40 {
            if minute.isMultiple(of: 2) { bench.raise(.linkDown) } else { bench.clear(.linkDown) }
            bench.pass(seconds: 60)
        }
        #expect(bench.only?.isFlapping == true)
        bench.raise(.packetDrops, hold: 25)
        bench.raise(.cpuHigh, .warning)
        let before = bench.changes.count
        bench.book.closeAll(
            summary: "Taken out of watch.", in: bench.context, effects: &bench.effects)
        #expect(bench.changes[before...].allSatisfy { $0 == .resolved })
        #expect(bench.changes.count - before == 2)
        #expect(bench.book.incidents.isEmpty)
        #expect(bench.book.nextDue == nil)
        #expect(bench.book.nextWallDue == nil)
    }

    @Test("A book comes back from its packed form as it was")
    func coding() throws {
        var bench = try IncidentBench(highestNumber: 40)
        bench.raise(.temperature, .critical)
        bench.raise(.packetDrops, hold: 25)
        try bench.fold([41])
        _ = bench.command(.setMaintenance(bench.window(until: 600)))
        _ = bench.command(.acknowledge(number: 41, bench.acknowledgement(seconds: 60)))
        let packed = try MsgpackEncoder.encode(bench.book)
        #expect(try MsgpackDecoder.decode(IncidentBook.self, from: packed) == bench.book)
    }
}
