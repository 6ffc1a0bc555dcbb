import TwinCore
import TwinWire

/// A packed batch that is sent again and again: only its base time is written anew, so that the
/// load costs next to nothing beside what it measures.
///
/// Report times are the base time plus a small offset; each sending is one new report a server.
struct PreparedBatch {
    let count: Int
    private var payload: [UInt8]
    private let timeOffset: Int
    private var lastTime: Int64

    /// Packs one report of each of `servers`, whose values differ a little from each other.
    init(
        of servers: some RandomAccessCollection<Fleet.Server>,
        metrics: [(name: String, value: Float)] = Fleet.metrics,
        profile: ReporterProfile = Fleet.profile, now: Timestamp
    ) throws {
        let header = try ReportBatchHeader(
            names: metrics.map(\.name), profile: profile, baseTime: now)
        var writer = ReportBatchWriter(header: header)
        // The empty batch ends with the base time and the header of no reports.
        timeOffset = writer.payload.count - 1 - Self.timeBytes
        for (index, server) in servers.enumerated() {
            let wave = Float(index % 16) / 1_000
            // A flag is a flag.
            let values = metrics.map { $0.value == 1 ? 1 : $0.value * (1 + wave) }
            guard writer.append(key: server.key, at: now, values: values) else {
                throw BenchError("a batch of \(servers.count) reports is larger than a frame")
            }
        }
        count = writer.count
        payload = writer.payload
        lastTime = now.milliseconds
    }

    var byteCount: Int { payload.count }

    /// The payload with all its reports at `now`, or a millisecond after the sending before.
    mutating func payload(at now: Timestamp) -> [UInt8] {
        lastTime = max(now.milliseconds, lastTime + 1)
        for byte in 0..<Self.timeBytes {
            let shift = 8 * (Self.timeBytes - 1 - byte)
            payload[timeOffset + byte] = UInt8(truncatingIfNeeded: lastTime >> Int64(shift))
        }
        return payload
    }

    /// Msgpack writes any time of our century as a tag and eight bytes, highest first.
    private static let timeBytes = 8
}
