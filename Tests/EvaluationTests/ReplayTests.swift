import Evaluation
import Testing
import TwinCore

@Suite struct ReplayTests {
    private let start = Timestamp(milliseconds: 1_748_736_000_000)

    @Test("A recorded fault opens the production twin's incident at its row, and resolves it")
    func incident() throws {
        let margin = (0..<240).map { (60..<120).contains($0) ? Float(3) : 30 }
        var replay = try replay()
        let result = try replay.play(series("hw.temperature.margin", margin))
        let incident = try #require(result.incidents.first)
        #expect(result.incidents.count == 1)
        #expect(incident.kind == .temperature)
        #expect(incident.severity == .critical)
        #expect((60...64).contains(try #require(incident.openedAtRows.first)))
        #expect((120...150).contains(try #require(incident.resolvedAtRow)))
        #expect(result.burning[59] == 0)
        #expect(result.burning[100] == 1)
        #expect(result.judgedRows == 240)
        let labels = (0..<240).map { (60..<120).contains($0) }
        let score = LabelScorer(interval: .minutes(1))
            .score(labels: labels, openedAtRows: result.openedAtRows)
        #expect(score.eventRecall == 1)
        #expect(score.falseIncidents == 0)
    }

    @Test("The same series gives the same result again")
    func deterministic() throws {
        let values = (0..<500).map { Float($0 % 37) / 40 }
        var first = try replay()
        var second = try replay()
        let series = series("system.cpu.utilization", values)
        #expect(try first.play(series) == second.play(series))
    }

    @Test("A hole in the recording is silence, which no label marks and no score counts")
    func hole() throws {
        let rows = Array(0..<30) + Array(60..<90)
        let times = rows.map { start + .minutes(Int64($0)) }
        let series = Series(
            names: ["hw.fan.speed"], times: times, values: rows.map { _ in 5_000 })
        var replay = try replay()
        let result = try replay.play(series)
        #expect(result.incidents.map(\.kind) == [.missingReport])
        #expect(result.openedAtRows.isEmpty)
    }

    @Test("Rows out of order are skipped and counted")
    func order() throws {
        let times = [0, 1, 2, 2, 1, 3].map { start + .minutes($0) }
        let series = Series(
            names: ["hw.fan.speed"], times: times, values: times.map { _ in 5_000 })
        var replay = try replay()
        let result = try replay.play(series)
        #expect(result.judgedRows == 4)
        #expect(result.skippedRows == 2)
    }

    @Test("A second series goes on where the first ended")
    func continues() throws {
        var replay = try replay()
        let good = series("hw.temperature.margin", Array(repeating: 30, count: 30))
        let bad = series("hw.temperature.margin", Array(repeating: 3, count: 30))
        #expect(try replay.play(good).incidents.isEmpty)
        #expect(try replay.play(bad).incidents.map(\.kind) == [.temperature])
        let after = try replay.play(good)
        #expect(after.incidents.map(\.openedAtRows) == [[]])
        #expect(after.incidents.first?.resolvedAtRow != nil)
    }

    @Test("More metrics than a server may have are refused with their number")
    func tooManyMetrics() throws {
        let names = (1...65).map { "c\($0)" }
        let wide = Series(names: names, times: nil, values: names.map { _ in 1 })
        var replay = try replay()
        #expect(throws: ReplayError.metrics(found: 65)) { try replay.play(wide) }
    }

    private func replay() throws -> Replay {
        let commission = Commission(
            rack: try TwinKey("replay"), dc: try TwinKey("dc1"), labels: [],
            interval: .minutes(1))
        return Replay(
            server: try TwinKey("replayed"), commission: commission, interval: .minutes(1),
            start: start)
    }

    private func series(_ name: String, _ values: [Float]) -> Series {
        Series(names: [name], times: nil, values: values)
    }
}
