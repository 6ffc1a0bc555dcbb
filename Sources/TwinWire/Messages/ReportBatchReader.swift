internal import Msgpack
package import TwinCore

/// Reads the payload of `ReportBatch` report by report, in place.
///
/// The header is read and checked once. `next()` then gives each report as views into the bytes,
/// without allocating (devices apart). A report that is wrong in itself is an entry `.bad`, and the
/// next one is read; only bytes that are no msgpack any more end the batch, with a refusal that
/// stands for all entries from `index` on.
package struct ReportBatchReader: ~Escapable {
    /// What one entry of the batch is.
    package enum Entry: ~Escapable {
        case report(PackedReport)
        case bad(Refusal)
    }

    package let header: ReportBatchHeader
    /// Entries of the batch, bad ones included.
    package let count: Int
    /// The number of the entry that `next()` reads; after a refusal, the first unread one.
    package private(set) var index = 0

    private var unpacker: Unpacker
    private let valueByteCount: Int

    /// Reads the header. A refusal says what was wanted, what was found and at which offset.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) throws(Refusal) {
        guard bytes.count <= Limits.frameBytesMax else {
            throw Self.tooLarge("bytes", Limits.frameBytesMax, found: bytes.count)
        }
        var unpacker = Unpacker(bytes)
        do {
            let fields = try unpacker.readArrayHeader(max: ReportBatchHeader.fieldCountMax)
            guard fields >= ReportBatchHeader.fieldCount else {
                throw Refusal(
                    .invalid, "report batch: wanted an array of \(ReportBatchHeader.fieldCount), "
                        + "found \(fields) items")
            }
            header = try Self.readHeader(&unpacker)
            count = try unpacker.readArrayHeader()
        } catch {
            throw Self.refusal(error, "report batch")
        }
        guard count <= Limits.reportsPerBatchMax else {
            throw Self.tooLarge("reports", Limits.reportsPerBatchMax, found: count)
        }
        self.unpacker = unpacker
        valueByteCount = header.names.count * ReportBatchHeader.valueBytes
    }

    /// The next entry; nil after the last. Throws once the bytes are no msgpack any more.
    @_lifetime(copy self)
    package mutating func next() throws(Refusal) -> Entry? {
        guard index < count else { return nil }
        var ahead = unpacker
        do {
            let report = try readReport(&ahead)
            unpacker = ahead
            index += 1
            return .report(report)
        } catch {
            let refusal = Self.refusal(error, "report \(index)")
            do throws(MsgpackError) {
                try unpacker.skipValue()
            } catch {
                throw Self.refusal(error, "report \(index)")
            }
            index += 1
            return .bad(refusal)
        }
    }
}

// MARK: - One report

extension ReportBatchReader {
    @_lifetime(copy unpacker)
    private func readReport(_ unpacker: inout Unpacker) throws -> PackedReport {
        let fields = try unpacker.readArrayHeader(max: ReportBatchHeader.fieldCountMax)
        guard fields >= ReportBatchHeader.reportFieldCount else {
            throw Refusal(
                .invalid, "wanted an array of \(ReportBatchHeader.reportFieldCount), "
                    + "found \(fields) items")
        }
        let key = try unpacker.readStringBytes()
        let keyOffset = unpacker.offset - key.count
        try Self.check(key)
        let time = header.baseTime.milliseconds.addingReportingOverflow(try unpacker.readInt64())
        guard !time.overflow else { throw Refusal(.invalid, "time: beyond 64 bits") }
        let flags = try unpacker.readUInt8()
        let values = try unpacker.readBin()
        let valueOffset = unpacker.offset - values.count
        guard values.count == valueByteCount else {
            throw Refusal(
                .invalid, "values: wanted \(valueByteCount) bytes for \(header.names.count) "
                    + "metrics, found \(values.count)",
                found: "\(values.count)", wanted: "\(valueByteCount)")
        }
        let devices = unpacker.readNilIfPresent() ? [] : try readDevices(&unpacker)
        for _ in ReportBatchHeader.reportFieldCount..<fields { try unpacker.skipValue() }
        return PackedReport(
            key: key, at: Timestamp(milliseconds: time.partialValue),
            flags: ReportFlags(rawValue: flags), valueBytes: values, keyOffset: keyOffset,
            valueOffset: valueOffset, devices: devices)
    }

    private static func check(_ key: Span<UInt8>) throws(Refusal) {
        if let mistake = TwinKey.objection(to: key) { throw Refusal(.invalid, "\(mistake)") }
    }

    private func readDevices(_ unpacker: inout Unpacker) throws -> [WorstDevice] {
        let count = try unpacker.readMapHeader(max: Limits.worstDevicesPerReportMax)
        var devices: [WorstDevice] = []
        devices.reserveCapacity(count)
        for _ in 0..<count {
            let metric = try unpacker.readInteger(UInt8.self)
            let name = try unpacker.readString(maxBytes: Limits.labelBytesMax)
            guard Int(metric) < header.names.count else {
                throw Refusal(
                    .invalid, "devices: wanted a metric below \(header.names.count), "
                        + "found \(metric)")
            }
            guard !devices.contains(where: { $0.metricIndex == metric }) else {
                throw Refusal(.invalid, "devices: metric \(metric) comes twice")
            }
            devices.append(WorstDevice(metricIndex: metric, name: name))
        }
        return devices.sorted { $0.metricIndex < $1.metricIndex }
    }
}

// MARK: - The header

extension ReportBatchReader {
    private static func readHeader(_ unpacker: inout Unpacker) throws -> ReportBatchHeader {
        let count = try unpacker.readArrayHeader()
        try MetricNames.check(count: count)
        var names: [String] = []
        names.reserveCapacity(count)
        for _ in 0..<count { names.append(try unpacker.readString(maxBytes: textBytesMax)) }
        let interval =
            unpacker.readNilIfPresent() ? nil : Milliseconds(rawValue: try unpacker.readInt64())
        let agentVersion =
            unpacker.readNilIfPresent() ? nil : try unpacker.readString(maxBytes: textBytesMax)
        let relay =
            unpacker.readNilIfPresent() ? nil : try unpacker.readString(maxBytes: textBytesMax)
        return try ReportBatchHeader(
            names: names,
            profile: ReporterProfile(interval: interval, agentVersion: agentVersion, relay: relay),
            baseTime: Timestamp(milliseconds: try unpacker.readInt64()))
    }

    /// Longer than any text may be, so that its own check can name its real length.
    private static let textBytesMax = 4_096

    private static func refusal(_ error: any Error, _ place: String) -> Refusal {
        switch error {
        case let refusal as Refusal:
            Refusal(
                refusal.code, "\(place): \(refusal.message)", found: refusal.found,
                wanted: refusal.wanted)
        case let error as MsgpackError:
            Refusal(.invalid, "\(place): \(error)", found: error.found, wanted: error.wanted)
        default: Refusal(.invalid, "\(place): \(error)")
        }
    }

    private static func tooLarge(_ what: String, _ max: Int, found: Int) -> Refusal {
        Refusal(
            .tooLarge, "report batch: wanted at most \(max) \(what), found \(found)",
            found: "\(found)", wanted: "\(max)")
    }
}
