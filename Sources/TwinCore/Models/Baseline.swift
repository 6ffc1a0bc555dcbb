/// The learned usual behaviour of all metrics of one server, and who is far from it.
///
/// Per metric an expected range for each of eight parts of the day (three hours each, UTC, by
/// report time). A metric is judged once all eight parts are known, which takes a day. Level
/// shifts are followed: half-way at the end of each part, wholly after twelve hours on end. State
/// is 48 bytes a metric; a report costs some 10 ns a metric. Only + − × ÷.
package struct Baseline: Equatable, Sendable {
    private static let partMilliseconds: Int64 = 3 * 3_600_000
    /// The range of the neighbouring part counts too so near to the boundary: nightly work does
    /// not begin to the minute.
    private static let boundaryMilliseconds: Int64 = 45 * 60_000
    private static let wholePartMilliseconds: Int64 = 90 * 60_000
    /// The time constant of the smoothing.
    private static let smoothingMilliseconds: Float = 300_000
    /// Beyond the range by this share of its width, or of its magnitude, is far.
    private static let widthShare: Float = 0.5
    private static let magnitudeShare: Float = 0.1
    /// After an alarm a metric does not raise another for so long: all parts of a day, in which
    /// its ranges follow wholly.
    static let rest = Milliseconds.hours(24)
    /// A deviation that lasts so long is the new usual.
    static let absorbAfter = Milliseconds.hours(12)

    private(set) var metrics: [MetricBaseline]
    /// The part of the day of the latest report, counted since 1970; nil before the first.
    private(set) var slot: Int64?
    private var lastAt = Timestamp(milliseconds: 0)
    /// How much of the present part was seen.
    private var seenMilliseconds: Int64 = 0
    /// Columns that know all eight parts.
    private var judged: UInt64 = 0

    package init(columns: Int) {
        metrics = Array(repeating: MetricBaseline(), count: columns)
    }

    /// Learns the latest report and returns the judged columns that are far from their range, one
    /// bit a column. `values` are in the order of the columns, NaN = absent.
    mutating func note(_ values: [Float], at: Timestamp, in set: MetricSet) -> UInt64 {
        let sides = set.baselineSides
        let margins = set.baselineMargins
        let weight = advance(to: at)
        let (part, neighbour) = parts(at: at)
        var far: UInt64 = 0
        let judged = judged
        var metrics = metrics.mutableSpan
        for column in metrics.indices {
            let value = values[column]
            guard sides[column] != .none, !value.isNaN else { continue }
            metrics[column].note(value, weight: weight)
            guard judged & (1 << UInt64(column)) != 0,
                let range = metrics[column].range(part: part, neighbour: neighbour)
            else { continue }
            let margin = Baseline.margin(range, atLeast: margins[column])
            let smoothed = metrics[column].smoothed
            let side = sides[column]
            if (side != .below && smoothed > range.high + margin)
                || (side != .above && smoothed < range.low - margin)
            {
                far |= 1 << UInt64(column)
            }
        }
        return far
    }

    /// A word of what `note` will read.
    var glance: UInt64 { UInt64(metrics.first?.smoothed.bitPattern ?? 0) }

    /// True when the column is back: inside its range widened by half the margin.
    func isBack(column: Int, in set: MetricSet) -> Bool {
        let (part, neighbour) = parts(at: lastAt)
        let smoothed = metrics[column].smoothed
        guard let range = metrics[column].range(part: part, neighbour: neighbour) else {
            return true
        }
        let margin = Baseline.margin(range, atLeast: set.baselineMargins[column]) / 2
        let side = set.baselineSides[column]
        return (side == .below || smoothed <= range.high + margin)
            && (side == .above || smoothed >= range.low - margin)
    }

    /// The usual value of a column just now; NaN before the first.
    func usual(column: Int) -> Float { metrics[column].smoothed }

    /// What is expected of a column now; nil while it is learned or when it is not judged.
    package func expected(column: Int, in set: MetricSet) -> ClosedRange<Double>? {
        let (part, neighbour) = parts(at: lastAt)
        guard judged & (1 << UInt64(column)) != 0,
            let range = metrics[column].range(part: part, neighbour: neighbour)
        else { return nil }
        let margin = Baseline.margin(range, atLeast: set.baselineMargins[column])
        let low = set.definitions[column].plausible.lowerBound
        return Double(max(low, range.low - margin))...Double(range.high + margin)
    }

    func isResting(column: Int, at: Timestamp) -> Bool {
        Int64(metrics[column].restsUntilSeconds) * 1_000 > at.milliseconds
    }

    /// Begins the rest of an alarm, or begins it anew.
    mutating func rest(column: Int, at: Timestamp) {
        let until = (at + Baseline.rest).milliseconds / 1_000
        metrics[column].restsUntilSeconds = UInt32(clamping: until)
    }

    mutating func absorb(column: Int) {
        let (part, neighbour) = parts(at: lastAt)
        metrics[column].absorb(part: part, neighbour: neighbour)
    }

    /// Hours of the day that the best known metric knows, 0…24.
    package var hours: Int { 3 * (metrics.map(\.knownParts).max() ?? 0) }

    package var isLearning: Bool { judged == 0 }

    /// The same knowledge under another layout: column `source[c]` becomes column c.
    func laidOut(from source: [Int?]) -> Baseline {
        var baseline = self
        baseline.metrics = source.map { $0.map { metrics[$0] } ?? MetricBaseline() }
        baseline.findJudged()
        return baseline
    }

    /// How far beyond its range a metric must be at least, by what is known of it.
    static func marginMin(of definition: MetricDefinition) -> Float {
        switch definition.name {
        case "system.network.dropped", "system.network.errors", "system.tcp.retransmit_ratio": 0.005
        default:
            switch definition.unit {
            case .ratio: 0.05
            case .celsius: 3
            case .perSecond: 0.1
            case .seconds: 0.005
            case .count, .rpm, .watts, .volts, .flag, .none: 0
            }
        }
    }

    private static func margin(_ range: (low: Float, high: Float), atLeast floor: Float) -> Float {
        let width = (range.high - range.low) * widthShare
        let magnitude = max(range.low.magnitude, range.high.magnitude) * magnitudeShare
        return max(floor, width, magnitude)
    }

    /// Moves to the time of a newer report and returns its smoothing weight.
    private mutating func advance(to at: Timestamp) -> Float {
        let now = at.milliseconds / Baseline.partMilliseconds
        guard let slot else {
            self.slot = now
            lastAt = at
            return 1
        }
        let passed = (at - lastAt).rawValue
        if now != slot {
            let part = Int(slot % Int64(MetricBaseline.parts))
            let isWhole = seenMilliseconds >= Baseline.wholePartMilliseconds
            for column in metrics.indices {
                metrics[column].close(
                    part: part, isWhole: isWhole, atSeconds: lastAt.milliseconds / 1_000)
            }
            findJudged()
            self.slot = now
            seenMilliseconds = 0
        }
        seenMilliseconds += min(max(passed, 0), Limits.windowSpan.rawValue)
        lastAt = at
        return min(1, Float(max(passed, 0)) / Baseline.smoothingMilliseconds)
    }

    private func parts(at: Timestamp) -> (part: Int, neighbour: Int) {
        let slot = at.milliseconds / Baseline.partMilliseconds
        let into = at.milliseconds % Baseline.partMilliseconds
        let count = Int64(MetricBaseline.parts)
        let part = Int(slot % count)
        if into < Baseline.boundaryMilliseconds {
            return (part, Int((slot + count - 1) % count))
        }
        let isNearEnd = into >= Baseline.partMilliseconds - Baseline.boundaryMilliseconds
        return (part, isNearEnd ? Int((slot + 1) % count) : part)
    }

    private mutating func findJudged() {
        judged = 0
        for column in metrics.indices where metrics[column].knownParts == MetricBaseline.parts {
            judged |= 1 << UInt64(column)
        }
    }
}

extension Baseline {
    /// Bytes of `blob` before the metrics: their number, the slot, two times.
    private static let blobHead = 2 + 3 * 8

    /// All state as bytes: the same for equal baselines.
    package var blob: [UInt8] {
        var writer = BlobWriter(
            count: Baseline.blobHead + metrics.count * MetricBaseline.blobBytes)
        writer.put(UInt16(metrics.count))
        writer.put(slot ?? -1)
        writer.put(lastAt.milliseconds)
        writer.put(seenMilliseconds)
        for metric in metrics {
            for part in 0..<MetricBaseline.parts {
                writer.put(metric.lows[part])
                writer.put(metric.highs[part])
            }
            writer.put(metric.smoothed)
            writer.put(metric.low)
            writer.put(metric.high)
            writer.put(metric.restsUntilSeconds)
        }
        return writer.bytes
    }

    /// Reads `blob`; throws when it is cut or too long.
    init(blob: [UInt8], path: [any CodingKey]) throws {
        var reader = BlobReader(blob, path: path)
        let columns = Int(try reader.take(UInt16.self))
        guard columns <= Limits.metricsPerServerMax else {
            throw reader.corrupted("baseline of \(columns) columns")
        }
        self.init(columns: columns)
        let slot: Int64 = try reader.take()
        self.slot = slot < 0 ? nil : slot
        lastAt = Timestamp(milliseconds: try reader.take())
        seenMilliseconds = try reader.take()
        for column in metrics.indices {
            for part in 0..<MetricBaseline.parts {
                metrics[column].lows[part] = try reader.take()
                metrics[column].highs[part] = try reader.take()
            }
            metrics[column].smoothed = try reader.takeFloat()
            metrics[column].low = try reader.takeFloat()
            metrics[column].high = try reader.takeFloat()
            metrics[column].restsUntilSeconds = try reader.take()
        }
        try reader.finish()
        findJudged()
    }
}
