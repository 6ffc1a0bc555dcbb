import Foundation
import Msgpack
import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("Answer documents")
struct DocumentsTests {
    /// One sample of a shape, with its type forgotten but for what the tests do with it.
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let line: @Sendable () throws -> String
        let survivesTheWire: @Sendable () throws -> Bool
        var testDescription: String { name }

        init<Document: Codable & Equatable & Sendable>(
            _ name: String, _ make: @autoclosure @escaping @Sendable () throws -> Document
        ) {
            self.name = name
            line = { try JSONText.line(of: make()) }
            survivesTheWire = {
                let document = try make()
                let packed = try MsgpackEncoder.encode(document)
                return try MsgpackDecoder.decode(Document.self, from: packed) == document
            }
        }
    }

    static let shapes: [Shape] = [
        Shape(
            "command",
            CommandDocument(
                ok: true, address: "server/dc1-r07-s12", changed: true, generation: 88,
                position: 4_711)),
        Shape(
            "error",
            ErrorDocument(
                Refusal(
                    .unknownAddress, "server/dc1-r07-s99: nobody commissioned it",
                    address: "server/dc1-r07-s99", hint: "twinctl list unknown"))),
        Shape("incident", DocumentsSamples.incident),
        Shape("incidents", IncidentsDocument(items: [DocumentsSamples.incident], cursor: nil)),
        Shape("alert", DocumentsSamples.alert),
        Shape("alert-verdict", DocumentsSamples.verdictAlert),
        Shape("cursor", CursorDocument(cursor: "c1.server#210=1:7")),
        Shape(
            "gap",
            AlertGapDocument(
                gap: AlertGapDocument.Gap(
                    from: "rack#12:1:4", to: "rack#12:1:9", resume: "c1.rack#12=1:9"))),
        Shape("unhealthy-racks", DocumentsSamples.unhealthyRacks),
        Shape("staleness", DocumentsSamples.staleness),
        Shape("status", DocumentsSamples.status),
        Shape("moves", DocumentsSamples.moves),
        Shape("list", DocumentsSamples.list),
        Shape("list-unknown", DocumentsSamples.unknownReporters),
        Shape("server", DocumentsSamples.server),
        Shape("rack", DocumentsSamples.rack),
        Shape("dc", DocumentsSamples.datacenter),
        Shape(
            "maintenance-list", MaintenanceListDocument(items: [DocumentsSamples.maintenance])),
        Shape(
            "ping",
            PingDocument(
                address: "broker", instance: nil, epoch: nil, protocol: 1,
                roundTripMilliseconds: 0.42)),
        Shape("quarantine-list", DocumentsSamples.quarantine),
        Shape("quarantined", DocumentsSamples.quarantined),
        Shape("quarantine-command", DocumentsSamples.requeued),
        Shape("placement", try DocumentsSamples.placement()),
    ]

    @Test("the JSON of every shape is the golden line, byte for byte", arguments: shapes)
    func golden(_ shape: Shape) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/\(shape.name).json")
        let line = try shape.line() + "\n"
        if ProcessInfo.processInfo.environment["TWIN_WRITE_GOLDEN"] != nil {
            try Data(line.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == line)
    }

    @Test("every shape comes back from msgpack as it went", arguments: shapes)
    func roundTrip(_ shape: Shape) throws {
        #expect(try shape.survivesTheWire())
    }

    @Test("every whole answer begins with its version", arguments: shapes)
    func versionFirst(_ shape: Shape) throws {
        let isPart = shape.name == "incident" || shape.name == "staleness"
        #expect(try shape.line().hasPrefix(#"{"version":1,"#) != isPart)
    }

    @Test("an unknown value is null, and a key that is absent reads as unknown")
    func nulls() throws {
        let ping = PingDocument(
            address: "broker", instance: nil, epoch: nil, protocol: 1, roundTripMilliseconds: 2)
        #expect(try JSONText.line(of: ping).contains(#""instance":null,"epoch":null"#))
        let short = try JSONReader.value(
            of: #"{"version":1,"address":"broker","protocol":1,"roundTripMilliseconds":2,"x":[]}"#)
        let read = try MsgpackDecoder.decode(PingDocument.self, from: short.packed())
        #expect(read == ping)
    }

    @Test("a refusal's document says whether to repeat", arguments: Refusal.Code.allCases)
    func refusals(_ code: Refusal.Code) {
        let document = ErrorDocument(Refusal(code, "sentence", found: "f", wanted: "w"))
        #expect(document.error.code == code.rawValue)
        #expect(document.error.retry == code.isWorthRetrying)
        #expect(document.error.found == "f" && document.error.wanted == "w")
    }

    @Test("an alert's id is read as it is written, and nothing else is")
    func alertIDs() throws {
        let id = AlertID(
            shard: ShardID(tier: .rack, index: 12), epoch: Epoch(rawValue: 3), sequence: 88)
        #expect(try AlertID("\(id)") == id)
        for text in ["rack#12:3", "rack/12:3:88", "rack#12:3:-1", "broker:1:2", ""] {
            #expect(throws: AddressError.self) { try AlertID(text) }
        }
    }

    @Test("every kind of incident has its own first step, one sentence long")
    func runbooks() {
        let sentences = IncidentKind.allCases.map { Runbook.sentence(for: $0) }
        #expect(Set(sentences).count == sentences.count)
        for sentence in sentences {
            #expect(sentence.hasSuffix("."))
            #expect((20...160).contains(sentence.count), "\(sentence)")
        }
    }

    @Test("an incident's document carries its mutes, its place and its runbook")
    func conversion() throws {
        let address = try TwinAddress("server/s1")
        let context = StepContext(
            shard: ShardID(tier: .server, index: 0),
            version: Version(epoch: .first, position: Position(rawValue: 1)), elapsed: .zero,
            wall: DocumentsSamples.noon, floor: .zero, isObserving: true,
            configuration: ClusterConfiguration())
        var book = IncidentBook(address: address, highestNumber: 3)
        var effects = StepEffects()
        book.raise(
            Finding(
                kind: .packetDrops, severity: .error, summary: "Drops.",
                evidence: [Evidence(metric: "system.network.dropped", value: 0.03, unit: "ratio")],
                since: DocumentsSamples.noon),
            in: context, effects: &effects)
        var incident = try #require(book.opened.first)
        incident.fold = FoldMute(parent: try IncidentID("rack/r1:2"))
        let window = MaintenanceWindow(
            id: "m", owner: "ana", reason: "work", from: DocumentsSamples.noon,
            until: DocumentsSamples.noon + .hours(1))
        let document = IncidentDocument(
            IncidentSnapshot(
                id: IncidentID(address: address, number: 4), incident: incident,
                location: TwinLocation(rack: "r1"),
                labels: [TwinLabel(name: "feed", value: "A")],
                maintenance: InheritedMaintenance(
                    address: try TwinAddress("rack/r1"), window: window)))
        #expect(document.id == "server/s1:4")
        #expect(document.mutedBy.map(\.by) == ["fold", "maintenance"])
        #expect(document.mutedBy.map(\.ref) == ["rack/r1:2", "rack/r1"])
        #expect(document.location.rack == "r1" && document.labels == ["feed": "A"])
        #expect(document.openedAt?.timestamp == DocumentsSamples.noon)
        #expect(document.resolvedAt == nil && document.evidence.map(\.value) == [0.03])
        #expect(document.runbook == Runbook.sentence(for: .packetDrops))
    }
}
