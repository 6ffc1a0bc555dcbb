import Evaluation
import Testing
import TwinCore

@Suite struct AlertTallyTests {
    private let id: IncidentID

    init() throws {
        id = IncidentID(address: try TwinAddress("rack/dc1-r07"), number: 1)
    }

    private func tally(
        _ records: [(change: AlertChange, pages: Bool, isFolded: Bool)]
    ) -> AlertTally {
        var tally = AlertTally()
        for (second, record) in records.enumerated() {
            tally.note(
                id, record.change, kind: .rackUnreachable, cause: second == 1 ? .torSwitch : nil,
                at: Timestamp(milliseconds: Int64(second) * 1_000), pages: record.pages,
                isFolded: record.isFolded)
        }
        return tally
    }

    @Test("The records of one incident are one alert with its last cause")
    func one() {
        let tally = tally([
            (.opened, true, false), (.updated, false, false), (.resolved, true, false),
        ])
        #expect(tally.observed.count == 1)
        #expect(tally.observed.first?.cause == .torSwitch)
        #expect(tally.observed.first?.resolvedAt == Timestamp(milliseconds: 2_000))
        #expect(tally.observed.first?.pages == true)
    }

    @Test("That it is over wakes nobody: only what is wrong counts as a page")
    func pages() {
        #expect(tally([(.opened, true, false), (.resolved, true, false)]).pages == 1)
        #expect(tally([(.opened, false, false), (.escalated, true, false)]).pages == 1)
    }

    @Test("What was folded and never paged is left out; what paged in the end is not")
    func folded() {
        #expect(tally([(.opened, false, true), (.resolved, false, true)]).observed.isEmpty)
        #expect(tally([(.opened, false, true), (.unfolded, true, false)]).observed.count == 1)
    }

    @Test("An incident that comes back is a second alert")
    func reopened() {
        let tally = tally([
            (.opened, true, false), (.resolved, true, false), (.reopened, true, false),
        ])
        #expect(tally.observed.map(\.resolvedAt) == [Timestamp(milliseconds: 1_000), nil])
        #expect(tally.pages == 2)
    }
}
