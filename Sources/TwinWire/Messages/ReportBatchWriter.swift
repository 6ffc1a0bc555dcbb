package import Msgpack
package import TwinCore

/// Packs reports of one metric set into the payload of `ReportBatch`, as many as fit one frame.
///
/// The buffer is kept from batch to batch: `removeAll` and go on. Appending allocates nothing once
/// the buffer has grown.
package struct ReportBatchWriter: Sendable {
    /// Reports appended since `removeAll`.
    package private(set) var count = 0
    /// Reports that fit at most.
    package let countMax: Int

    private let header: ReportBatchHeader
    private var packedHeader = Packer()
    private var reports = Packer()

    /// An array header of `reportsPerBatchMax` items is three bytes.
    private static let arrayHeaderBytesMax = 3
    /// Array header, key header, time, flags, header of `bin` and devices: the most that a report
    /// costs beside its key, its values and its devices.
    private static let reportOverheadBytesMax = 1 + 2 + 9 + 2 + 3 + 3
    private static let deviceOverheadBytesMax = 2 + 2

    /// - Parameter countMax: at most `Limits.reportsPerBatchMax`, which a larger number means.
    package init(
        header: ReportBatchHeader, countMax: Int = Limits.reportsPerBatchMax
    ) {
        self.header = header
        self.countMax = min(max(1, countMax), Limits.reportsPerBatchMax)
        pack(header)
    }

    package var isEmpty: Bool { count == 0 }

    /// Bytes of the payload as it stands.
    package var byteCount: Int { packedHeader.count + Self.arrayHeaderBytesMax + reports.count }

    /// Appends one report; false when it does not fit any more and the batch should be sent.
    ///
    /// - Parameters:
    ///   - values: one a name of the header, NaN = absent; another count is our own bug.
    ///   - devices: the worst device of some metrics, each metric once.
    package mutating func append(
        key: TwinKey, at: Timestamp, flags: ReportFlags = [], values: [Float],
        devices: [WorstDevice] = []
    ) -> Bool {
        invariant(
            values.count == header.names.count,
            "a report of \(values.count) values in a batch of \(header.names.count) metrics")
        let deviceBytes = devices.reduce(0) {
            $0 + $1.name.utf8.count + Self.deviceOverheadBytesMax
        }
        let reportBytes =
            Self.reportOverheadBytesMax + key.bytes.count
            + values.count * ReportBatchHeader.valueBytes + deviceBytes
        guard count < countMax, byteCount + reportBytes <= Limits.frameBytesMax else {
            return false
        }
        reports.packArrayHeader(ReportBatchHeader.reportFieldCount)
        reports.packString(utf8: key.bytes.span)
        reports.packInt((at - header.baseTime).rawValue)
        reports.packUInt(UInt64(flags.rawValue))
        pack(values)
        pack(devices)
        count += 1
        return true
    }

    /// Appends the whole payload to `packer`.
    package func pack(into packer: inout Packer) {
        packer.packRaw(packedHeader.bytes)
        packer.packArrayHeader(count)
        packer.packRaw(reports.bytes)
    }

    /// The whole payload.
    package var payload: [UInt8] {
        var packer = Packer(capacity: byteCount)
        pack(into: &packer)
        return packer.bytes
    }

    /// Forgets the reports and keeps header and buffer.
    package mutating func removeAll() {
        reports.removeAll()
        count = 0
    }

    private mutating func pack(_ header: ReportBatchHeader) {
        packedHeader.packArrayHeader(ReportBatchHeader.fieldCount)
        packedHeader.packArrayHeader(header.names.count)
        for name in header.names { packedHeader.packString(name) }
        if let interval = header.profile.interval {
            packedHeader.packInt(interval.rawValue)
        } else {
            packedHeader.packNil()
        }
        for text in [header.profile.agentVersion, header.profile.relay] {
            if let text { packedHeader.packString(text) } else { packedHeader.packNil() }
        }
        packedHeader.packInt(header.baseTime.milliseconds)
    }

    private mutating func pack(_ values: [Float]) {
        reports.packBinHeader(count: values.count * ReportBatchHeader.valueBytes)
        for value in values {
            let bits = value.bitPattern
            let bytes: [4 of UInt8] = [
                UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8),
                UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 24),
            ]
            reports.packRaw(bytes.span)
        }
    }

    private mutating func pack(_ devices: [WorstDevice]) {
        guard !devices.isEmpty else {
            reports.packNil()
            return
        }
        reports.packMapHeader(devices.count)
        for device in devices {
            reports.packUInt(UInt64(device.metricIndex))
            reports.packString(device.name)
        }
    }
}
