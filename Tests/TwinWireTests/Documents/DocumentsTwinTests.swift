import Testing
import TwinCore
import TwinWire

@Suite("Documents of twins")
struct DocumentsTwinTests {
    private let owner = OwnerDocument(instance: "x-a", shard: 3, epoch: 1)

    private var answer: DocumentContext {
        DocumentContext(
            owner: owner, asOf: DocumentsSamples.noon, position: Position(rawValue: 99))
    }

    private func context(_ tier: Tier, position: UInt64) -> StepContext {
        StepContext(
            shard: ShardID(tier: tier, index: 3),
            version: Version(epoch: .first, position: Position(rawValue: position)),
            elapsed: Elapsed(milliseconds: Int64(position) * 10_000),
            wall: DocumentsSamples.noon + .seconds(Int64(position) * 10), floor: .zero,
            isObserving: true, configuration: ClusterConfiguration(), childShardCount: 256)
    }

    private func watchedServer() throws -> ServerTwin {
        var twin = ServerTwin(key: try TwinKey("s1"), ordinal: 1, firstIncidentNumber: 0)
        var effects = StepEffects()
        let labels = [TwinLabel(name: "feed", value: "A"), TwinLabel(name: "slot", value: "7")]
        let commission = Commission(
            rack: try TwinKey("r1"), dc: try TwinKey("d1"), labels: labels,
            interval: .seconds(30))
        twin.step(
            .commission(commission), in: context(.server, position: 1), effects: &effects)
        let set = MetricSet(id: 0, names: ["system.cpu.utilization", "hw.temperature.margin"])
        let report = Report(
            at: DocumentsSamples.noon + .seconds(20), flags: [], metricSet: set,
            profile: ReporterProfile(), values: [0.42, .nan])
        twin.step(
            .report(report, target: set), in: context(.server, position: 2), effects: &effects)
        return twin
    }

    @Test("get server shows place, report and metrics of the twin, in the reporter's digits")
    func server() throws {
        let document = ServerDocument(
            try watchedServer(), duplicates: 2, conflicts: 1, in: answer)
        #expect(document.address == "server/s1" && document.status == "healthy")
        #expect(document.location.rack == "r1" && document.location.dc == "d1")
        #expect(document.labels["feed"] == "A")
        #expect(document.owner == owner && document.position == 99)
        #expect(document.generation == 1)
        #expect(document.report.accepted == 1)
        #expect(document.report.duplicate == 2 && document.report.conflict == 1)
        #expect(document.report.intervalSeconds == 30)
        #expect(document.report.intervalSource == "commissioned")
        #expect(document.baseline.state == "learning")
        #expect(document.window.reports == 1)
        let cpu = try #require(document.metrics.first)
        #expect(cpu.last == 0.42 && cpu.warn == 0.85 && cpu.critical == 0.95)
        #expect(document.metrics.last?.last == nil && document.metrics.last?.values == [nil])
    }

    @Test("get rack shows members, counts and labels with how many carry them")
    func rack() throws {
        let server = try watchedServer()
        let rackKey = try TwinKey("r1")
        var twin = RackTwin(
            key: rackKey, ordinal: 1, firstIncidentNumber: 1, in: context(.rack, position: 1))
        var effects = StepEffects()
        twin.step(
            .status(server.message(for: rackKey)), in: context(.rack, position: 2),
            effects: &effects)
        let document = RackDocument(twin, in: answer)
        #expect(document.address == "rack/r1" && document.verdict == twin.verdict)
        #expect(document.members.map(\.key) == ["s1"])
        #expect(document.members.map(\.status) == ["healthy"])
        #expect(document.counts.servers == 1)
        #expect(document.labels["feed"] == ["A": 1])
        #expect(document.incidents.isEmpty && document.histogram.isEmpty)
    }

    @Test("unhealthy and unknown racks come in pages of one key order, none lost or doubled")
    func pages() throws {
        var twin = DatacenterTwin(
            key: try TwinKey("d1"), ordinal: 1, firstIncidentNumber: 1,
            in: context(.dc, position: 1))
        var effects = StepEffects()
        for number in 1...9 {
            let verdict: Verdict = [.healthy, .unhealthy, .unknown][number % 3]
            twin.step(
                .status(try status(ofRack: number, verdict)),
                in: context(.dc, position: UInt64(number) + 1), effects: &effects)
        }
        // The end of the turn, in which what racks told is judged.
        twin.step(.timer, in: context(.dc, position: 11), effects: &effects)
        var keys: [String] = []
        var cursor: String?
        repeat {
            let page = UnhealthyRacksDocument(
                twin, request: 255, limit: 2, after: cursor, in: answer)
            #expect(page.racks.count + page.unknownRacks.count <= 2)
            #expect(page.request == "00000000000000ff")
            #expect(page.counts.unhealthy == 3 && page.counts.unknown == 3)
            keys += (page.racks.map(\.key) + page.unknownRacks.map(\.key)).sorted()
            cursor = page.cursor
        } while cursor != nil
        #expect(keys == ["r1", "r2", "r4", "r5", "r7", "r8"])

        let whole = UnhealthyRacksDocument(twin, request: nil, in: answer)
        #expect(whole.racks.map(\.incident) == ["rack/r1:1", "rack/r4:1", "rack/r7:1"])
        #expect(whole.racks.first?.kind == "rack-unreachable" && whole.verdict == .unhealthy)
        let document = DatacenterDocument(twin, in: answer)
        #expect(document.racks.count == 9 && !document.healthy)
        #expect(StatusDocument.Datacenter(twin).counts == document.counts)
    }

    private func status(
        ofRack number: Int, _ verdict: Verdict
    ) throws -> ChildMessage<RackStatus> {
        var counts = RackCounts()
        (counts.servers, counts.expected, counts.judged) = (40, 40, 40)
        let brief = RackIncidentBrief(
            number: 1, kind: .rackUnreachable, severity: .critical, phase: .open,
            since: DocumentsSamples.noon, cause: nil, candidates: [], summary: "Unreachable.",
            serversAffected: 40, serversTotal: 40, mutes: [])
        let status = RackStatus(
            dc: try TwinKey("d1"), verdict: verdict, verdictSince: DocumentsSamples.noon,
            unknownReason: verdict == .unknown ? "too few servers are heard" : nil,
            counts: counts, labels: [], silentSince: nil, reporters: [],
            incidents: verdict == .unhealthy ? [brief] : [], isInMaintenance: false,
            foldsVersion: .none)
        return ChildMessage(
            child: try TwinKey("r\(number)"),
            version: Version(epoch: .first, position: Position(rawValue: 1)), status: status)
    }
}
