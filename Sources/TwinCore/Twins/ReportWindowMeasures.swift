/// What the health rules ask a window. All sums run in time order, so that equal windows give
/// equal numbers, bit for bit. Cost: one pass over the rows in question, about 2 ns each.
extension ReportWindow {
    /// A mean and how far back the values behind it reach.
    package struct Mean: Equatable, Sendable {
        package let value: Double
        package let reports: Int
        package let covered: Milliseconds
    }

    /// The mean of the present values of `rows`; nil when there are none.
    package func mean(column: Int, rows: Range<Int>) -> Mean? {
        var sum = 0.0
        var reports = 0
        var first = rows.lowerBound
        for row in rows {
            let value = value(row: row, column: column)
            guard !value.isAbsent else { continue }
            if reports == 0 { first = row }
            sum += Double(value.value)
            reports += 1
        }
        guard reports > 0 else { return nil }
        return Mean(
            value: sum / Double(reports), reports: reports,
            covered: time(of: rows.upperBound - 1) - time(of: first))
    }

    /// The mean of the last `span`; nil unless its values reach back at least half of it.
    package func recentMean(column: Int, over span: Milliseconds) -> Double? {
        guard let newest else { return nil }
        let start = firstRow(from: newest + (.zero - span))
        guard let mean = mean(column: column, rows: start..<count) else { return nil }
        return mean.covered.rawValue * 2 >= span.rawValue ? mean.value : nil
    }

    /// How far the mean of the last `span` is above the mean of the rows before it; nil while
    /// there is nothing before it.
    package func rise(column: Int, over span: Milliseconds) -> Double? {
        guard let newest else { return nil }
        let start = firstRow(from: newest + (.zero - span))
        guard let recent = mean(column: column, rows: start..<count),
            let before = mean(column: column, rows: 0..<start)
        else { return nil }
        return recent.value - before.value
    }

    /// Seconds until `column` reaches 1 at its least-squares slope; infinite when it does not
    /// rise by at least `riseMin` over the window, nil while the window covers less than half.
    package func secondsToFull(column: Int, riseMin: Double) -> Double? {
        guard let newest else { return nil }
        var reports = 0.0
        var sumTime = 0.0
        var sumValue = 0.0
        var sumTimeTime = 0.0
        var sumTimeValue = 0.0
        var last = 0.0
        var earliest = 0.0
        for row in 0..<count {
            let cell = value(row: row, column: column)
            guard !cell.isAbsent else { continue }
            let seconds = (time(of: row) - newest).seconds
            last = Double(cell.value)
            if reports == 0 { earliest = seconds }
            reports += 1
            sumTime += seconds
            sumValue += last
            sumTimeTime += seconds * seconds
            sumTimeValue += seconds * last
        }
        guard -earliest * 2 >= Limits.windowSpan.seconds else { return nil }
        let spread = reports * sumTimeTime - sumTime * sumTime
        guard spread > 0 else { return nil }
        let slope = (reports * sumTimeValue - sumTime * sumValue) / spread
        guard slope * -earliest >= riseMin else { return .infinity }
        return last >= 1 ? 0 : (1 - last) / slope
    }

    /// The largest present value; nil when there is none.
    package func maximum(column: Int) -> Float? {
        var largest: Float?
        for row in 0..<count {
            let value = value(row: row, column: column)
            if !value.isAbsent { largest = Swift.max(largest ?? value.value, value.value) }
        }
        return largest
    }
}
