import HostMetrics
import Testing
import TwinClient
import TwinCore
import TwinWire
import twin_agent

@Suite("Samples as packed reports")
struct ReportPackingTests {
    @Test("old samples of fewer metrics go in one batch with new ones; devices keep their metric")
    func growingNames() throws {
        let early = HostSample(
            at: Timestamp(milliseconds: 1_000), names: ["b", "d"], values: [2, 4],
            devices: [WorstDevice(metricIndex: 1, name: "sda")], rebooted: true)
        let later = HostSample(
            at: Timestamp(milliseconds: 11_000), names: ["a", "b", "c", "d"],
            values: [1, .nan, 3, 4], devices: [], rebooted: false)
        let packing = ReportPacking(key: try TwinKey("web-01"), interval: .seconds(10))
        let payload = try packing.payload(of: [
            BufferedReport(sample: early, flags: [.buffered, .rebooted]),
            BufferedReport(sample: later, flags: []),
        ])
        var reader = try ReportBatchReader(payload.span)
        #expect(reader.header.names == ["a", "b", "c", "d"])
        #expect(
            reader.header.profile
                == ReporterProfile(interval: .seconds(10), agentVersion: ClientVersion.text))
        let first = try #require(try Self.next(&reader))
        #expect(first.at == early.at)
        #expect(first.flags == [.buffered, .rebooted])
        #expect(first.values == [nil, 2, nil, 4])
        #expect(first.devices == [WorstDevice(metricIndex: 3, name: "sda")])
        let second = try #require(try Self.next(&reader))
        #expect(second.at == later.at)
        #expect(second.values == [1, nil, 3, 4])
        #expect(try Self.next(&reader) == nil)
    }

    /// The next report of a batch as values; nil after the last.
    static func next(_ reader: inout ReportBatchReader) throws -> ReceivedReport? {
        guard let entry = try reader.next() else { return nil }
        switch entry {
        case .report(let report):
            var values: [Float] = []
            report.appendValues(to: &values)
            return ReceivedReport(
                key: try report.twinKey, at: report.at, flags: report.flags,
                values: values.map { $0.isNaN ? nil : $0 }, devices: report.devices)
        case .bad(let refusal): throw refusal
        }
    }
}

/// A report as its receiver reads it; nil = absent.
struct ReceivedReport: Equatable {
    let key: TwinKey
    let at: Timestamp
    let flags: ReportFlags
    let values: [Float?]
    let devices: [WorstDevice]
}
