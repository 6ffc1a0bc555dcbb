import Msgpack
import Testing
import TwinCore
import TwinWire

/// Protocol.md says what production code does, byte for byte.
struct ProtocolTests {
    static let document = ProtocolDocument.current

    @Test("Protocol.md shows each example exactly as it is packed", arguments: ProtocolExamples.all)
    func shown(_ example: ProtocolExample) throws {
        let block = try #require(
            Self.document.blocks[example.title], "Protocol.md has no example \(example.title)")
        #expect(block.lines == example.block)
        #expect(block.destination == example.destination)
        #expect(block.bytes("envelope") == example.envelope.packed)
        #expect(block.bytes("payload") == example.payload)
    }

    @Test("each example of Protocol.md means what it says", arguments: ProtocolExamples.all)
    func meant(_ example: ProtocolExample) throws {
        let block = try #require(Self.document.blocks[example.title])
        #expect(try Envelope(block.bytes("envelope").span) == example.envelope)
        #expect(try example.isMeant(block.bytes("payload")))
        #expect(try example.take(block.bytes("payload")) == example.payload)
        if let destination = block.destination {
            #expect(try Destination(destination).description == destination)
        }
    }

    @Test("every message has an example, and a reply where it is answered")
    func complete() {
        let titles = Set(ProtocolExamples.all.map(\.title))
        #expect(titles.count == ProtocolExamples.all.count)
        #expect(titles == Set(Self.document.blocks.keys))
        for type in MessageType.allCases {
            let roles = ProtocolExamples.all.filter { $0.envelope.type == type }.map(\.role)
            switch type {
            case .placement, .receipts, .audit: #expect(roles == [.event], "\(type)")
            case .refused: #expect(roles == [.reply])
            case .beat: #expect(roles == [.beat, .reply])
            case .statuses: #expect(roles == [.request, .reply, .request])
            default: #expect(roles == [.request, .reply], "\(type)")
            }
        }
    }

    @Test("Protocol.md has every message, every refusal code and every limit by its number")
    func words() {
        for type in MessageType.allCases {
            #expect(Self.document.text.contains("`\(type.rawValue)`"), "\(type)")
        }
        for code in Refusal.Code.allCases {
            #expect(Self.document.text.contains("| `\(code.rawValue)` |"), "\(code)")
        }
        for limit in Self.limits {
            #expect(Self.document.text.contains("| \(limit.0) | \(limit.1) |"), "\(limit)")
        }
    }

    private static let limits: [(String, Int)] = [
        ("frame, bytes", Limits.frameBytesMax), ("envelope, bytes", Limits.envelopeBytesMax),
        ("frames of a message", Limits.framesPerMessageMax), ("nesting", Limits.nestingMax),
        ("key, bytes", Limits.keyBytesMax), ("instance name, bytes", Limits.instanceNameBytesMax),
        ("labels of a server", Limits.labelsPerServerMax),
        ("label name or value, device, agent version, relay, bytes", Limits.labelBytesMax),
        ("owner, reason, comment, maintenance id, bytes", Limits.textBytesMax),
        ("metrics of a report", Limits.metricsPerServerMax),
        ("metric name, bytes", Limits.metricNameBytesMax),
        ("devices of a report", Limits.worstDevicesPerReportMax),
        ("reports of a batch", Limits.reportsPerBatchMax),
        ("refused ranges listed in its answer", Limits.reportRefusalsListedMax),
        ("items of a page", Limits.pageItemsMax),
        ("readers that wait for alerts, per instance", Limits.alertWaitersMax),
        ("statuses of a batch", Limits.statusesPerBatchMax),
        ("status batch, bytes", Limits.statusBatchBytesMax),
        ("receipts of a batch", Limits.receiptsPerBatchMax),
        ("entries of an audit's part", Limits.auditEntriesPerPartMax),
        ("shards of a tier", Limits.shardCountMax),
        ("maintenance windows of a twin", Limits.maintenanceWindowsPerTwinMax),
        ("racks a server may be leaving", Limits.formerRacksMax),
        ("instances of a cluster", Limits.instancesMax),
        ("credit of an instance, bytes", Int(Limits.instanceCreditBytes)),
    ]

    @Test("the shards that Protocol.md computes are those that keys fall into")
    func shards() throws {
        for (key, shard) in [("web-1", 256), ("dc1-r07-s12", 256)] {
            let index = try TwinKey(key).shardIndex(shardCount: shard)
            #expect(Self.document.text.contains("| `\(key)` | \(index) |"), "\(key) \(index)")
        }
    }
}
