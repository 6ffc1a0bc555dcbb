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
            case .placement, .receipts, .askAudit, .moveReport, .freeze, .thaw:
                #expect(roles == [.event], "\(type)")
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
        ("shards on their way to another instance", Limits.movesInFlightMax),
        ("twins of a part of a handoff", Limits.handoffTwinsPerChunkMax),
        ("alerts of a part of a handoff", Limits.handoffAlertsPerChunkMax),
        ("credit of an instance, bytes", Int(Limits.instanceCreditBytes)),
    ]

    @Test("Protocol.md has every metric, kind and cause that is known by name")
    func vocabulary() {
        let words =
            MetricCatalogue.all.map(\.name) + IncidentKind.allCases.map(\.rawValue)
            + IncidentCause.allCases.map(\.rawValue) + ReportOutcome.allCases.map(\.rawValue)
        #expect(words.filter { !Self.document.text.contains("`\($0)`") } == [])
        let changes = AlertChange.allCases.map(\.rawValue).joined(separator: " ")
        #expect(Self.document.text.contains("`\(changes)`"))
        let conditions = ServerCondition.allCases.map(\.name).joined(separator: " ")
        #expect(Self.document.text.contains("`\(conditions) "))
    }

    @Test("the bytes that Protocol.md explains one by one are the packed batch")
    func byteTable() throws {
        let payload = try ProtocolSamples.batch()
        var offset = 0
        for token in Self.document.byteTable {
            let parts = token.split(separator: "…").map { part in
                part.split(separator: " ").compactMap { UInt8($0, radix: 16) }
            }
            var length = parts[0].count
            // A text that is cut short: its first byte says how long it is.
            if parts.count == 2 { length = 1 + Int(payload[offset] & 0x1f) }
            let bytes = payload[offset..<min(offset + length, payload.count)]
            #expect(bytes.starts(with: parts[0]), "\(token) at \(offset)")
            if parts.count == 2 { #expect(bytes.suffix(parts[1].count).elementsEqual(parts[1])) }
            offset += length
        }
        #expect(offset == payload.count)
    }

    @Test("the shards that Protocol.md computes are those that keys fall into")
    func shards() throws {
        for key in ["web-1", "dc1-r07-s12"] {
            let index = try TwinKey(key).shardIndex(shardCount: Limits.shardCountDefault)
            #expect(Self.document.text.contains("| `\(key)` | \(index) |"), "\(key) \(index)")
        }
    }
}
