import Msgpack
import Testing
import TwinCore

@Suite("Incident muting")
struct IncidentMutingTests {
    // MARK: folds

    @Test("Folded while pending is one record: opened, which does not page")
    func foldedWhilePending() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        try bench.fold([1])
        bench.pass(seconds: 100)
        #expect(bench.changes == [.opened])
        #expect(bench.pages.isEmpty)
        #expect(bench.book.mutes(of: try #require(bench.only)).map(\.by) == [.fold])
    }

    @Test("What still burns when its fold ends pages once, after a fresh hold")
    func unfolded() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        try bench.fold([1])
        bench.pass(seconds: 100)
        try bench.fold([])
        bench.pass(seconds: 24)
        #expect(bench.changes == [.opened])
        bench.pass(seconds: 100)
        #expect(bench.changes == [.opened, .unfolded])
        #expect(bench.pages == [.unfolded])
    }

    @Test("What heals within the fresh hold never pages")
    func healsWithItsRack() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        try bench.fold([1])
        try bench.fold([])
        bench.pass(seconds: 10)
        bench.clear(immediately: true)
        bench.pass(seconds: 100)
        #expect(bench.changes == [.opened, .resolved])
        #expect(bench.pages.isEmpty)
    }

    @Test("Folded again within the fresh hold is no record")
    func refolded() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        try bench.fold([1])
        try bench.fold([])
        bench.pass(seconds: 10)
        try bench.fold([1])
        bench.pass(seconds: 100)
        #expect(bench.changes == [.opened])
    }

    @Test("A fold that comes after the page is one record, and its end pages nobody twice")
    func foldedLate() throws {
        var bench = try IncidentBench()
        bench.raise()
        try bench.fold([1])
        try bench.fold([])
        bench.pass(seconds: 100)
        #expect(bench.changes == [.opened, .folded, .unfolded])
        #expect(bench.pages == [.opened])
    }

    @Test("Reopened under a fold and unfolded later pages, though its former life had paged")
    func reopenedUnderFold() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 0)
        bench.clear(immediately: true)
        bench.pass(seconds: 60)
        bench.raise(hold: 25)
        try bench.fold([1])
        #expect(bench.changes == [.opened, .resolved, .reopened])
        #expect(bench.pages == [.opened, .resolved])
        try bench.fold([])
        bench.pass(seconds: 25)
        #expect(bench.pages == [.opened, .resolved, .unfolded])
    }

    @Test("Reopened and resolved under a fold pages nobody")
    func reopenedAndResolvedUnderFold() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 0)
        bench.clear(immediately: true)
        bench.raise(hold: 25)
        try bench.fold([1])
        bench.clear(immediately: true)
        #expect(bench.pages == [.opened, .resolved])
        #expect(bench.changes == [.opened, .resolved, .reopened, .resolved])
    }

    @Test("A fold that ends while the condition is good for a moment pages when it burns again")
    func unfoldedWhileRecovering() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25, clear: 120)
        try bench.fold([1])
        bench.clear()
        try bench.fold([])
        bench.pass(seconds: 30)
        #expect(bench.changes == [.opened, .unfolded])
        #expect(bench.pages.isEmpty)
        bench.raise(hold: 25, clear: 120)
        #expect(bench.pages.count == 1)
        bench.raise(hold: 25, clear: 120)
        #expect(bench.pages.count == 1)
    }

    @Test("Rising severity ends a fold after a hold, unless the parent says it anew")
    func escalatedUnderFold() throws {
        var bench = try IncidentBench()
        bench.raise(.missingReport, .warning, hold: 25)
        try bench.fold([1])
        bench.raise(.missingReport, .error)
        #expect(bench.pages.isEmpty)
        bench.pass(seconds: 15)
        #expect(bench.pages == [.unfolded])

        var explained = try IncidentBench()
        explained.raise(.missingReport, .warning, hold: 25)
        try explained.fold([1])
        explained.raise(.missingReport, .error)
        try explained.fold([1])
        explained.pass(seconds: 100)
        #expect(explained.pages.isEmpty)
    }

    @Test("Unknown incidents in a fold set are ignored")
    func unknownFolds() throws {
        var bench = try IncidentBench()
        try bench.fold([1, 2, 3])
        bench.raise()
        #expect(bench.pages == [.opened])
    }

    @Test("Without a parent every fold is dropped, after the hold")
    func noParent() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        try bench.fold([1])
        bench.book.apply(nil, hold: .seconds(25), in: bench.context, effects: &bench.effects)
        bench.pass(seconds: 25)
        #expect(bench.pages == [.unfolded])
    }

    // MARK: acknowledgement

    @Test("An acknowledgement ends by itself at its time; what still burns pages then, once")
    func acknowledgementEnds() throws {
        var bench = try IncidentBench()
        bench.raise()
        #expect(
            bench.command(.acknowledge(number: 1, bench.acknowledgement(seconds: 60))) == .apply)
        bench.pass(seconds: 59)
        #expect(bench.changes == [.opened, .acknowledged])
        bench.pass(seconds: 60)
        #expect(bench.changes == [.opened, .acknowledged, .unacknowledged])
        #expect(bench.pages == [.opened, .unacknowledged])
    }

    @Test("An acknowledgement ends when severity rises, and that pages")
    func acknowledgementEndsByEscalation() throws {
        var bench = try IncidentBench()
        bench.raise(.temperature, .error)
        _ = bench.command(.acknowledge(number: 1, bench.acknowledgement(seconds: 600)))
        bench.raise(.temperature, .critical)
        #expect(bench.pages == [.opened, .escalated])
        #expect(bench.only?.acknowledgement == nil)
    }

    @Test("Taking an acknowledgement back pages nobody who was paged before")
    func unacknowledged() throws {
        var bench = try IncidentBench()
        bench.raise()
        _ = bench.command(.acknowledge(number: 1, bench.acknowledgement(seconds: 600)))
        #expect(bench.command(.unacknowledge(number: 1)) == .apply)
        #expect(bench.pages == [.opened])
    }

    // MARK: maintenance

    @Test("Maintenance mutes creation, never resolution, and pages once at its end")
    func maintenance() throws {
        var bench = try IncidentBench()
        bench.raise(.linkDown)
        #expect(bench.command(.setMaintenance(bench.window(until: 600))) == .apply)
        bench.raise(.temperature, .critical)
        bench.clear(.linkDown, immediately: true)
        #expect(bench.pages == [.opened, .resolved])
        bench.pass(seconds: 599)
        #expect(bench.pages == [.opened, .resolved])
        bench.pass(seconds: 600)
        #expect(bench.pages == [.opened, .resolved, .unmuted])
        #expect(bench.book.nextWallDue == nil)
    }

    @Test("Maintenance ends on a bad server once, also across a restart")
    func maintenanceAcrossRestart() throws {
        var bench = try IncidentBench()
        _ = bench.command(.setMaintenance(bench.window(until: 60)))
        bench.raise()
        bench.pass(seconds: 30)
        bench.book = try MsgpackDecoder.decode(
            IncidentBook.self, from: try MsgpackEncoder.encode(bench.book))
        bench.elapsed = bench.elapsed + .seconds(60)
        bench.book.advance(in: bench.context, effects: &bench.effects)
        bench.book = try MsgpackDecoder.decode(
            IncidentBook.self, from: try MsgpackEncoder.encode(bench.book))
        bench.pass(seconds: 100)
        #expect(bench.pages == [.unmuted])
    }

    @Test("A planned window mutes from its begin to its end")
    func plannedWindow() throws {
        var bench = try IncidentBench()
        _ = bench.command(.setMaintenance(bench.window(from: 60, until: 120)))
        #expect(!bench.book.isInMaintenance)
        bench.raise()
        bench.pass(seconds: 60)
        #expect(bench.book.isInMaintenance)
        bench.pass(seconds: 60)
        #expect(!bench.book.isInMaintenance)
        #expect(bench.changes == [.opened, .muted, .unmuted])
        #expect(bench.pages == [.opened, .unmuted])
    }

    @Test("Windows that overlap are one mute, and the book asks to be woken only for what changes")
    func overlappingWindows() throws {
        var bench = try IncidentBench()
        bench.raise()
        _ = bench.command(.setMaintenance(bench.window("a", until: 60)))
        _ = bench.command(.setMaintenance(bench.window("b", from: 10, until: 120)))
        for _ in 0..<119 {
            bench.pass(seconds: 1)
            #expect(bench.book.isInMaintenance)
            let due = try #require(bench.book.nextWallDue)
            #expect(due > bench.wall, "woken for ever")
        }
        bench.pass(seconds: 1)
        #expect(bench.changes == [.opened, .muted, .unmuted])
    }

    @Test("A rack's maintenance covers its members, from its begin by the member's own clock")
    func inheritedMaintenance() throws {
        var bench = try IncidentBench()
        bench.raise()
        let inherited = InheritedMaintenance(
            address: try TwinAddress("rack/dc1-r01"), window: bench.window(from: 2, until: 60))
        try bench.fold([], maintenance: inherited)
        #expect(!bench.book.isInMaintenance)
        bench.pass(seconds: 2)
        #expect(bench.book.isInMaintenance)
        bench.pass(seconds: 58)
        #expect(bench.changes == [.opened, .muted, .unmuted])
        #expect(bench.pages == [.opened, .unmuted])
    }

    @Test("Maintenance that ends under a fold pages only when the fold has ended too")
    func maintenanceUnderFold() throws {
        var bench = try IncidentBench()
        _ = bench.command(.setMaintenance(bench.window(until: 60)))
        bench.raise(hold: 25)
        try bench.fold([1])
        bench.pass(seconds: 60)
        #expect(bench.pages.isEmpty)
        try bench.fold([])
        bench.pass(seconds: 25)
        #expect(bench.pages == [.unfolded])
    }

    // MARK: admissions

    @Test("The same window again is already there; other content under its id is a conflict")
    func windowAgain() throws {
        var bench = try IncidentBench()
        let window = bench.window(until: 60)
        #expect(bench.command(.setMaintenance(window)) == .apply)
        #expect(bench.command(.setMaintenance(window)) == .already)
        #expect(refusal(bench.command(.setMaintenance(bench.window(until: 61)))) == .conflict)
        #expect(bench.command(.endMaintenance(id: "w1")) == .apply)
        #expect(bench.command(.endMaintenance(id: "w1")) == .already)
    }

    @Test(
        "A window must end after its begin, after now, and within 30 days",
        arguments: [(0, 0), (0, -5), (100, 50), (0, 31 * 86_400)] as [(Int64, Int64)])
    func windowTimes(from: Int64, until: Int64) throws {
        var bench = try IncidentBench()
        let window = bench.window(from: from, until: until)
        #expect(refusal(bench.command(.setMaintenance(window))) == .invalid)
    }

    @Test("More windows than the limit are refused")
    func windowLimit() throws {
        var bench = try IncidentBench()
        for index in 0..<Limits.maintenanceWindowsPerTwinMax {
            let window = bench.window("w\(index)", from: Int64(index), until: 600)
            #expect(bench.command(.setMaintenance(window)) == .apply)
        }
        let window = bench.window("one more", until: 600)
        #expect(refusal(bench.command(.setMaintenance(window))) == .overloaded)
    }

    @Test("Only what is open can be acknowledged, and only for a time to come")
    func acknowledgementAdmission() throws {
        var bench = try IncidentBench()
        bench.raise(hold: 25)
        let word = bench.acknowledgement(seconds: 60)
        #expect(refusal(bench.command(.acknowledge(number: 1, word))) == .unknownAddress)
        #expect(refusal(bench.command(.unacknowledge(number: 1))) == .unknownAddress)
        bench.raise(.linkDown)
        #expect(bench.command(.unacknowledge(number: 2)) == .already)
        let past = bench.acknowledgement(seconds: 0)
        #expect(refusal(bench.command(.acknowledge(number: 2, past))) == .invalid)
        #expect(bench.command(.acknowledge(number: 2, word)) == .apply)
        #expect(bench.command(.acknowledge(number: 2, word)) == .already)
    }

    private func refusal(_ admission: Admission) -> Refusal.Code? {
        if case .refused(let refusal) = admission { refusal.code } else { nil }
    }
}
