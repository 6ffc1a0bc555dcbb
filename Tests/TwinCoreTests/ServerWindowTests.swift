import Testing
import TwinCore

@Suite("A report window")
struct ServerWindowTests {
    private static let start = ServerBench.start

    private static func time(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    @Test("keeps the 15 minutes up to the newest report, by report time")
    func span() {
        var window = ReportWindow(columns: 1)
        for second in stride(from: Int64(0), through: 3_600, by: 10) {
            let row = window.insert(at: Self.time(second))
            window.set(Quantised(Float(second)), row: row, column: 0)
        }
        #expect(window.count == 91)
        #expect(window.oldest == Self.time(2_700))
        #expect(window.newest == Self.time(3_600))
    }

    @Test("equals a sorted list of its newest reports, in whatever order they come")
    func model() {
        var random = ServerRandom(seed: 99)
        var window = ReportWindow(columns: 2)
        var model: [(Timestamp, Float)] = []
        for index in 0..<3_000 {
            let base = Int64(index) * 2
            let time = Self.time(base - Int64(random.next() % 400))
            if let newest = model.last?.0, time + Limits.windowSpan < newest { continue }
            if model.contains(where: { $0.0 == time }) { continue }
            let value = random.unit()
            let row = window.insert(at: time)
            window.set(Quantised(value), row: row, column: 1)
            model.append((time, value))
            model.sort { $0.0 < $1.0 }
            let newest = model[model.count - 1].0
            model.removeAll { $0.0 + Limits.windowSpan < newest }
            #expect(window.count == model.count)
            guard index % 100 == 0 else { continue }
            for row in 0..<window.count {
                #expect(window.time(of: row) == model[row].0, "seed 99")
                #expect(window.value(row: row, column: 1) == Quantised(model[row].1))
                #expect(window.value(row: row, column: 0).isAbsent)
            }
        }
    }

    @Test("holds at most 1,024 reports, the newest")
    func limit() {
        var window = ReportWindow(columns: 1)
        for index in 0..<5_000 {
            _ = window.insert(at: Self.start + Milliseconds(rawValue: Int64(index) * 100))
        }
        #expect(window.count == Limits.windowReportsMax)
        #expect(window.isFull)
        #expect(window.newest == Self.start + Milliseconds(rawValue: 499_900))
    }

    @Test("finds means only when half of their time is covered")
    func means() {
        var window = ReportWindow(columns: 1)
        for second in stride(from: Int64(0), through: 290, by: 10) {
            let row = window.insert(at: Self.time(second))
            window.set(Quantised(0.5), row: row, column: 0)
        }
        #expect(window.recentMean(column: 0, over: .minutes(10)) == nil)
        let row = window.insert(at: Self.time(300))
        window.set(Quantised(0.5), row: row, column: 0)
        #expect(window.recentMean(column: 0, over: .minutes(10)) == 0.5)
    }

    @Test("is the same window under another layout")
    func layout() {
        var window = ReportWindow(columns: 2)
        for second in 0..<20 {
            let row = window.insert(at: Self.time(Int64(second)))
            window.set(Quantised(Float(second)), row: row, column: 0)
            window.set(Quantised(Float(-second)), row: row, column: 1)
        }
        let other = window.laidOut(columns: 3, from: [1, nil, 0])
        #expect(other.value(row: 7, column: 0).value == -7)
        #expect(other.value(row: 7, column: 1).isAbsent)
        #expect(other.value(row: 7, column: 2).value == 7)
        #expect(other.laidOut(columns: 2, from: [2, 0]) == window)
    }
}
