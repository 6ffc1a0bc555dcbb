import Msgpack
import TwinCore
import TwinWire

extension ProtocolExamples {
    static let reports = [
        ProtocolExample(.report, .request, to: "server/web-1", namedReport) {
            request throws(Refusal) in
            let report = try NamedReport(request, now: ProtocolSamples.noon)
            guard report.values.count == report.header.names.count else {
                throw Refusal(.invalid, "one value a name")
            }
        },
        ProtocolExample(
            .report, .reply, by: ProtocolSamples.server,
            ReportReply(
                address: TwinAddress(tier: .server, key: ProtocolSamples.key("web-1")),
                outcome: .accepted, position: Position(rawValue: 4_711))),
        packedBatch,
        ProtocolExample(
            .reportBatch, .reply, by: ProtocolSamples.server, ProtocolSamples.batchReply),
    ]

    private static let namedReport = ReportRequest(
        at: .text(RFC3339(ProtocolSamples.noon)),
        metrics: [
            "hw.temperature": 42, "system.cpu.utilization": 0.5, "system.network.dropped": nil,
        ], intervalSeconds: 10, agentVersion: "by hand", devices: ["hw.temperature": "cpu1"],
        buffered: false, rebooted: false)

    /// The packed form is no map: its own writer and reader.
    private static let packedBatch: ProtocolExample = {
        let payload: [UInt8]
        do { payload = try ProtocolSamples.batch() } catch { payload = [] }
        return ProtocolExample(
            .reportBatch, .request, to: "server@server-b", payload: payload
        ) { bytes in
            try repacked(bytes) == payload
        } take: { bytes throws(Refusal) in
            try repacked(bytes)
        }
    }()

    /// Reads a batch to its end and writes what was good in it.
    private static func repacked(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
        let span = bytes.span
        var reader = try ReportBatchReader(span)
        var writer = ReportBatchWriter(header: reader.header)
        while let entry = try reader.next() {
            switch entry {
            case .bad: continue
            case .report(let report):
                var values: [Float] = []
                report.appendValues(to: &values)
                let key: TwinKey
                do throws(AddressError) {
                    key = try report.twinKey
                } catch {
                    throw Refusal(.invalid, "\(error)")
                }
                _ = writer.append(
                    key: key, at: report.at, flags: report.flags, values: values,
                    devices: report.devices)
            }
        }
        return writer.payload
    }
}
