import Msgpack
import Testing
import TwinCore
import TwinWire

/// The frame of a journal record: header, sections, alerts.
struct JournalRecordTests {
    static let header = JournalHeader(
        time: TurnTime(running: .hours(1_000), wall: ProtocolSamples.noon),
        births: [
            ShardBirth(
                index: 4_095, epoch: Epoch(rawValue: 7), childShardCount: 256,
                configuration: ClusterConfiguration(
                    pageFrom: .critical, allowsSimulation: true, staleAfter: .seconds(5))),
            ShardBirth(
                index: 0, epoch: .first, childShardCount: 0, configuration: ClusterConfiguration()),
        ], sectionCount: 3)

    @Test("a header comes back as it went, and every prefix of it is an error")
    func header() throws {
        var packer = Packer()
        Self.header.pack(into: &packer)
        let headerCount = packer.count
        // No header is believed that declares more sections than bytes follow.
        for _ in 0..<Self.header.sectionCount { packer.packNil() }
        var unpacker = Unpacker(packer.bytes.span)
        #expect(try JournalHeader(from: &unpacker) == Self.header)
        #expect(unpacker.offset == headerCount)
        for length in 0..<packer.bytes.count {
            #expect(throws: MsgpackError.self) {
                var unpacker = Unpacker(Array(packer.bytes[..<length]).span)
                _ = try JournalHeader(from: &unpacker)
            }
        }
    }

    @Test("a record of another format is refused, not guessed at")
    func otherFormat() {
        var packer = Packer()
        Self.header.pack(into: &packer)
        var bytes = packer.bytes
        bytes[0] = 4
        do throws(MsgpackError) {
            var unpacker = Unpacker(bytes.span)
            _ = try JournalHeader(from: &unpacker)
            Issue.record("it was read")
        } catch {
            #expect(error.description == "wanted journal format 3, found 4, at offset 0")
        }
    }

    @Test("a record of before births knew how soon a picture is stale means the default")
    func formatWithoutStaleness() throws {
        // Format 2, running 5, wall 7, a birth of shard 3 at epoch 1 over 256 shards that pages
        // from critical and allows simulation, no moves, no sections.
        let bytes: [UInt8] = [2, 5, 7, 0x91, 3, 1, 0xCD, 1, 0, 3, 0xC3, 0x90, 0x90]
        var unpacker = Unpacker(bytes.span)
        let header = try JournalHeader(from: &unpacker)
        try unpacker.expectEnd()
        let configuration = ClusterConfiguration(pageFrom: .critical, allowsSimulation: true)
        #expect(
            header.births == [
                ShardBirth(
                    index: 3, epoch: .first, childShardCount: 256, configuration: configuration)
            ])
        #expect(header.births[0].configuration.staleAfter == Limits.staleAfterDefault)
    }

    @Test("a record of before shards could move is read as one without moves")
    func formatWithoutMoves() throws {
        // Format 1, running 5, wall 7, no births, no sections.
        let bytes: [UInt8] = [1, 5, 7, 0x90, 0x90]
        var unpacker = Unpacker(bytes.span)
        let header = try JournalHeader(from: &unpacker)
        try unpacker.expectEnd()
        #expect(
            header
                == JournalHeader(
                    time: TurnTime(
                        running: Milliseconds(rawValue: 5), wall: Timestamp(milliseconds: 7)),
                    births: [], sectionCount: 0))
    }

    @Test("a shard's coming, going and being forgotten come back from a record as they went in")
    func moves() throws {
        let moves: [OwnershipMove] = [
            .released(
                ReleasedShard(
                    index: 3, to: try InstanceName("server-2"), epoch: Epoch(rawValue: 2),
                    digest: .max)),
            .acquired(index: 4, epoch: Epoch(rawValue: 9), digest: 7),
            .forgotten(index: 3, epoch: Epoch(rawValue: 2)),
        ]
        let header = JournalHeader(
            time: TurnTime(running: .zero, wall: Timestamp(milliseconds: 0)), births: [],
            moves: moves, sectionCount: 0)
        var packer = Packer()
        header.pack(into: &packer)
        var unpacker = Unpacker(packer.bytes.span)
        #expect(try JournalHeader(from: &unpacker) == header)
        for length in packer.bytes.indices {
            #expect(throws: MsgpackError.self) {
                var unpacker = Unpacker(Array(packer.bytes[..<length]).span)
                _ = try JournalHeader(from: &unpacker)
            }
        }
    }

    @Test("a severity that does not exist is an error wherever it is journalled")
    func severity() {
        let configuration: [UInt8] = [0x93, 4, 9, 0xc2]
        #expect(throws: MsgpackError.self) {
            try JournalInputTests.read(configuration, of: ServerTwin.self)
        }
        var packer = Packer()
        LoggedAlert(Self.verdict).pack(into: &packer)
        #expect(packer.bytes.firstIndex(of: 0xc0) != nil)
        let bytes = packer.bytes.map { $0 == 0xc0 ? 9 : $0 }
        #expect(throws: MsgpackError.self) {
            var unpacker = Unpacker(bytes.span)
            _ = try LoggedAlert(from: &unpacker, shard: 3, epoch: .first)
        }
    }

    @Test("a section takes at most ten bytes at usual numbers and comes back")
    func section() throws {
        let section = JournalSection(
            shard: 255, epoch: .first, firstPosition: Position(rawValue: 60_000), inputCount: 15)
        var packer = Packer()
        section.pack(into: &packer)
        // The array's header is part of every list of inputs.
        #expect(packer.bytes.count <= 10)
        var padded = packer
        for _ in 0..<section.inputCount { padded.packNil() }
        var unpacker = Unpacker(padded.bytes.span)
        #expect(try JournalSection(from: &unpacker) == section)
    }

    // MARK: alerts

    static let verdict = NumberedAlert(
        id: AlertID(shard: ShardID(tier: .dc, index: 3), epoch: .first, sequence: 9),
        draft: AlertDraft(
            address: TwinAddress(tier: .dc, key: ProtocolSamples.key("dc1")),
            at: ProtocolSamples.noon, change: .verdict, pages: false, verdict: .unhealthy))

    static func opened() throws -> NumberedAlert {
        let address = TwinAddress(tier: .server, key: ProtocolSamples.key("s1"))
        let context = StepContext(
            shard: ShardID(tier: .server, index: 12), version: ProtocolSamples.version(1),
            elapsed: .zero, wall: ProtocolSamples.noon, floor: .zero, isObserving: true,
            configuration: ClusterConfiguration())
        var book = IncidentBook(address: address, highestNumber: 3)
        var effects = StepEffects()
        book.raise(
            Finding(
                kind: .filesystemReadonly, severity: .critical, summary: "sda1 is read-only.",
                evidence: [
                    Evidence(metric: "system.filesystem.readonly", value: 1, unit: "flag")
                ], since: ProtocolSamples.noon),
            in: context, effects: &effects)
        let incident = try #require(book.opened.first)
        return NumberedAlert(
            id: AlertID(
                shard: ShardID(tier: .server, index: 12), epoch: Epoch(rawValue: 2), sequence: 88),
            draft: AlertDraft(
                address: address, at: ProtocolSamples.noon, change: .opened, pages: true,
                incident: book.snapshot(incident)))
    }

    @Test("an alert comes back with its columns and its document")
    func alerts() throws {
        for alert in [Self.verdict, try Self.opened()] {
            let logged = LoggedAlert(alert)
            var packer = Packer()
            logged.pack(into: &packer)
            var unpacker = Unpacker(packer.bytes.span)
            let read = try LoggedAlert(from: &unpacker, shard: logged.shard, epoch: logged.epoch)
            try unpacker.expectEnd()
            #expect(read == logged)
            let document = try MsgpackDecoder.decode(AlertDocument.self, from: read.document)
            #expect(document == AlertDocument(alert))
            #expect(document.id == alert.id.description && document.pages == read.pages)
            for length in 0..<packer.bytes.count {
                #expect(throws: MsgpackError.self) {
                    var unpacker = Unpacker(Array(packer.bytes[..<length]).span)
                    _ = try LoggedAlert(from: &unpacker, shard: 0, epoch: .first)
                }
            }
        }
    }

    @Test("the columns of an alert are what readers filter by")
    func columns() throws {
        let opened = LoggedAlert(try Self.opened())
        #expect(opened.subject == "server/s1:4" && opened.severity == .critical && opened.pages)
        #expect(opened.shard == 12 && opened.epoch.rawValue == 2 && opened.sequence == 88)
        let verdict = LoggedAlert(Self.verdict)
        #expect(verdict.subject == "dc/dc1" && verdict.severity == nil && !verdict.pages)
    }
}
