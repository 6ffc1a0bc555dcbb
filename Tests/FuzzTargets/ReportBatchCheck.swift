internal import TwinCore
internal import TwinWire

/// Bytes as a packed report batch: each entry is a report or a refusal, and what was good in it
/// packs to a batch that reads the same.
enum ReportBatchCheck {
    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let packed = try repacked(bytes) else { return }
        try Expectation.bounded(packed.count, from: bytes.count)
        let again = try repacked(packed)
        try Expectation.that(again == packed, "a batch packs to one that reads otherwise")
    }

    /// The good entries of a batch as a batch; nil when its header is refused.
    private static func repacked(_ bytes: [UInt8]) throws(FuzzFinding) -> [UInt8]? {
        let span = bytes.span
        let opened: ReportBatchReader
        do throws(Refusal) {
            opened = try ReportBatchReader(span)
        } catch {
            try Expectation.sentence(error)
            return nil
        }
        var reader = opened
        var writer = ReportBatchWriter(header: reader.header)
        while reader.index < reader.count {
            let index = reader.index
            do {
                guard let entry = try reader.next() else { break }
                switch entry {
                case .bad(let refusal): try Expectation.sentence(refusal)
                case .report(let report): try append(report, to: &writer)
                }
            } catch let finding as FuzzFinding {
                throw finding
            } catch {
                try Expectation.sentence("\(error)")
                try Expectation.that(reader.index == index, "entry \(index) is refused and read")
                break
            }
            try Expectation.that(reader.index == index + 1, "after \(index) comes \(reader.index)")
        }
        return writer.payload
    }

    private static func append(
        _ report: borrowing PackedReport, to writer: inout ReportBatchWriter
    ) throws(FuzzFinding) {
        let key: TwinKey
        do throws(AddressError) {
            key = try report.twinKey
        } catch {
            throw FuzzFinding("a report was read whose key is refused: \(error)")
        }
        var values: [Float] = []
        report.appendValues(to: &values)
        let fits = writer.append(
            key: key, at: report.at, flags: report.flags, values: values, devices: report.devices)
        try Expectation.that(fits, "a batch was read that does not fit a frame")
    }
}
