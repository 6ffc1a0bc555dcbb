import Evaluation
import Testing
import TwinCore

@Suite struct LabelScorerTests {
    /// A row a minute; a tolerance of two rows.
    private let scorer = LabelScorer(interval: .minutes(1), tolerance: .minutes(2))
    /// Events at rows 10…14 and 50…59 of a hundred.
    private let labels = (0..<100).map { (10..<15).contains($0) || (50..<60).contains($0) }

    @Test("Runs of labelled rows are events, also at both ends")
    func events() {
        #expect(LabelScorer.events(in: labels) == [10..<15, 50..<60])
        #expect(LabelScorer.events(in: [true, false, true]) == [0..<1, 2..<3])
        #expect(LabelScorer.events(in: []) == [])
    }

    @Test("An event is found by an incident that opens in it; the delay counts from its first row")
    func found() {
        let score = scorer.score(labels: labels, openedAtRows: [12, 50])
        #expect(score.eventsFound == 2)
        #expect(score.eventRecall == 1)
        #expect(score.delays == [.minutes(2), .zero])
        #expect(score.delayMax == .minutes(2))
        #expect(score.falseIncidents == 0)
    }

    @Test(
        "Within the tolerance around an event an incident still means it, further out it is false")
    func tolerance() {
        let near = scorer.score(labels: labels, openedAtRows: [8, 61])
        #expect(near.eventsFound == 2)
        #expect(near.delays == [.zero, .minutes(11)])
        let far = scorer.score(labels: labels, openedAtRows: [7, 62])
        #expect(far.eventsFound == 0)
        #expect(far.falseIncidents == 2)
    }

    @Test("Further incidents inside a found event are neither found again nor false")
    func repeats() {
        let score = scorer.score(labels: labels, openedAtRows: [51, 53, 55])
        #expect(score.eventsFound == 1)
        #expect(score.falseIncidents == 0)
        #expect(score.incidents == 3)
    }

    @Test("An incident that opened long before an event finds nothing, however long it lasts")
    func alwaysAlarmed() {
        let score = scorer.score(labels: labels, openedAtRows: [0])
        #expect(score.eventRecall == 0)
        #expect(score.falseIncidents == 1)
    }

    @Test("False incidents count by server and week, over all servers together")
    func rate() {
        let week = Array(repeating: false, count: 7 * 24 * 60)
        let one = scorer.score(labels: week, openedAtRows: [5, 500, 5_000])
        #expect(one.falseIncidentsPerServerWeek == 3)
        #expect(one.eventRecall == nil)
        #expect(one.delayMedian == nil)
        let quiet = scorer.score(labels: week, openedAtRows: [])
        #expect((one + quiet).falseIncidentsPerServerWeek == 1.5)
    }
}
