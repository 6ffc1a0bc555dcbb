import Glibc
import TwinClient
import TwinCore
import TwinWire

/// What happens in the alert measurement, in order of time, and when what was due.
///
/// First everybody is well until members vote; then single servers fail for good, each once; then
/// groups of three racks fail, so many members of each that the deciding report is known: the
/// second faulty one of the last that makes the quorum. The first groups share a feed each and are
/// one incident of the data center; a next one would replace it while it is pending, so they are
/// further apart than its hold. The racks of the others have nothing in common.
struct AlertTrial {
    static let racksPerGroup = 3
    static let serversPerRack = 40
    static let intervalSeconds = 2
    /// Servers of a rack that fail alone; those below them fail with their rack.
    static let sampledServers = 20..<serversPerRack
    /// 40 % of the rack, which is where its model starts.
    private static let failingServers = 0..<16

    static func feed(ofGroup group: Int) -> String { "alert-feed-\(group)" }

    /// How many of each there are.
    struct Size {
        var samples: Int
        var feedGroups: Int
        var rackGroups: Int

        var groups: Int { feedGroups + rackGroups }
    }

    private enum Step {
        case round
        case sample(Int)
        case firstFault(Int)
        case secondFault(Int)
    }

    private struct Group {
        var rounds: ReportRounds
        /// When its second faulty reports are due.
        let dueNanoseconds: Int64
        /// Between its two faulty reports it sends nothing else.
        var isResting = false
        var isFaulty = false
    }

    private let size: Size
    private var steps: [(due: Int64, step: Step)] = []
    private let end: Int64
    private let viewFrom: Int64
    private var others: ReportRounds
    private var groups: [Group] = []
    private var samples: [(key: TwinKey, owner: InstanceName, batch: PreparedBatch)] = []
    private var sampleDue: [String: Int64] = [:]
    private var sampleRequests: Set<UInt64> = []
    private var viewQuestion: UInt64?
    private var visible: [String: Int64] = [:]

    /// - Parameter fleet: three racks a group, in order.
    init(of fleet: Fleet, size: Size) throws {
        self.size = size
        let began = ClientTime.monotonicNanoseconds
        let sampled = began + Self.second * Int64(Self.intervalsBefore * Self.intervalSeconds)
        let feedsFrom = sampled + Int64(size.samples) * Self.sampleEvery + Self.second
        viewFrom = feedsFrom + Int64(size.feedGroups) * Self.betweenFeeds
        end = viewFrom + Int64(size.rackGroups) * Self.second + Self.rackHold + Self.slack
        let perGroup = Self.racksPerGroup * Self.serversPerRack
        var well: [Fleet.Server] = []
        for group in 0..<size.groups {
            let part = fleet.servers[group * perGroup..<(group + 1) * perGroup]
            var failing: [Fleet.Server] = []
            for (index, server) in part.enumerated() {
                let isFailing = Self.failingServers.contains(index % Self.serversPerRack)
                if isFailing { failing.append(server) } else { well.append(server) }
            }
            let due =
                group < size.feedGroups
                ? feedsFrom + Int64(group) * Self.betweenFeeds
                : viewFrom + Int64(group - size.feedGroups) * Self.second
            steps.append((due - Self.betweenFaults, .firstFault(group)))
            steps.append((due, .secondFault(group)))
            groups.append(
                Group(
                    rounds: try ReportRounds(
                        of: failing, intervalSeconds: Self.intervalSeconds),
                    dueNanoseconds: due))
        }
        others = try ReportRounds(of: well, intervalSeconds: Self.intervalSeconds)
        let alone = fleet.servers.enumerated().filter {
            Self.sampledServers.contains($0.offset % Self.serversPerRack)
        }
        samples = try alone.prefix(size.samples).map { _, server in
            let metrics = ReportRounds.metrics + [(name: Self.sampleMetric, value: Float(1))]
            let batch = try PreparedBatch(
                of: [server], metrics: metrics,
                profile: Fleet.reporter(intervalSeconds: Self.intervalSeconds),
                now: ClientTime.wall)
            return (server.key, server.owner, batch)
        }
        for number in samples.indices {
            steps.append((sampled + Int64(number) * Self.sampleEvery, .sample(number)))
        }
        for due in stride(
            from: began, to: end, by: Self.intervalSeconds * Int(Self.second))
        {
            steps.append((due, .round))
        }
        steps.sort { $0.due < $1.due }
    }

    /// Judged at once and by one report, and nothing that a rack could explain.
    private static let sampleMetric = "hw.memory.errors.uncorrected"
    private static let intervalsBefore = 4
    private static let second: Int64 = 1_000_000_000
    private static let sampleEvery: Int64 = 10_000_000
    private static let betweenFaults: Int64 = 300_000_000
    private static let betweenFeeds = dcHold + 2 * second
    private static let slack = 3 * second
    private static let restMicroseconds: UInt32 = 100

    // MARK: time goes on

    /// Does every step when it is due and asks the data center all the time that racks fail in.
    mutating func run(over connection: inout Connection) throws {
        var next = 0
        while ClientTime.monotonicNanoseconds < end {
            while next < steps.count, steps[next].due <= ClientTime.monotonicNanoseconds {
                take(steps[next].step, due: steps[next].due, over: &connection)
                next += 1
            }
            try askView(over: &connection)
            guard let completion = try connection.nextCompletion(byMilliseconds: 0) else {
                _ = usleep(Self.restMicroseconds)
                continue
            }
            try settle(completion)
        }
    }

    private mutating func take(_ step: Step, due: Int64, over connection: inout Connection) {
        switch step {
        case .round:
            others.send(isFaulty: false, over: &connection)
            for index in groups.indices where !groups[index].isResting {
                groups[index].rounds.send(
                    isFaulty: groups[index].isFaulty, over: &connection)
            }
        case .sample(let number):
            // Newer than a round of the same millisecond, which would make it a duplicate.
            let payload = samples[number].batch.payload(
                at: ClientTime.wall + Milliseconds(rawValue: 1))
            sampleRequests.insert(
                connection.submit(
                    ClientRequest(
                        .instance(.server, samples[number].owner), .reportBatch,
                        payload: payload, terms: Fleet.patientTerms)))
            sampleDue["server/\(samples[number].key)"] = due
        case .firstFault(let group):
            groups[group].isResting = true
            groups[group].isFaulty = true
            groups[group].rounds.send(isFaulty: true, over: &connection)
        case .secondFault(let group):
            groups[group].isResting = false
            groups[group].rounds.send(isFaulty: true, over: &connection)
        }
    }

    private mutating func askView(over connection: inout Connection) throws {
        guard viewQuestion == nil, ClientTime.monotonicNanoseconds >= viewFrom,
            visible.count < size.groups * Self.racksPerGroup
        else { return }
        let address = TwinAddress(tier: .dc, key: try TwinKey("bench"))
        viewQuestion = connection.submit(
            ClientRequest(
                .twin(address), .getUnhealthyRacks, UnhealthyRacksRequest(),
                terms: Fleet.patientTerms))
    }

    private mutating func settle(_ completion: Completion) throws {
        if completion.id == viewQuestion {
            viewQuestion = nil
            let now = ClientTime.monotonicNanoseconds
            let view = try completion.result.get().decode(UnhealthyRacksDocument.self)
            for rack in view.racks where visible[rack.key] == nil { visible[rack.key] = now }
            return
        }
        if sampleRequests.remove(completion.id) != nil {
            let reply = try completion.result.get().decode(ReportBatchReply.self)
            guard reply.accepted == 1 else {
                throw BenchError("a server's faulty report was not judged: \(reply)")
            }
            return
        }
        if try others.settle(completion) { return }
        for index in groups.indices {
            if try groups[index].rounds.settle(completion) { return }
        }
    }

    // MARK: what came of it

    func serverLatencies(_ opened: [AlertWatch.Seen]) throws -> Latencies {
        var latencies = Latencies()
        for seen in opened {
            guard let due = sampleDue[seen.address] else { continue }
            latencies.record(nanoseconds: seen.nanoseconds - due)
        }
        try check(latencies, wanted: samples.count, "servers' alerts")
        return latencies
    }

    func rackLatencies(_ opened: [AlertWatch.Seen]) throws -> Latencies {
        var latencies = Latencies()
        for (rack, due) in rackDue {
            guard let seen = opened.first(where: { $0.address == "rack/\(rack)" }) else { continue }
            latencies.record(nanoseconds: seen.nanoseconds - due - Self.rackHold)
        }
        try check(latencies, wanted: rackDue.count, "racks' alerts")
        return latencies
    }

    func datacenterLatencies(_ opened: [AlertWatch.Seen]) throws -> Latencies {
        var latencies = Latencies()
        for (number, group) in groups.prefix(size.feedGroups).enumerated() {
            let ending = " \(Self.feed(ofGroup: number))."
            guard let seen = opened.first(where: { $0.summary.hasSuffix(ending) }) else { continue }
            latencies.record(nanoseconds: seen.nanoseconds - group.dueNanoseconds - Self.dcHold)
        }
        try check(latencies, wanted: size.feedGroups, "the data center's alerts")
        return latencies
    }

    func visibleLatencies() throws -> Latencies {
        var latencies = Latencies()
        for (rack, due) in rackDue {
            guard let seen = visible[rack] else { continue }
            latencies.record(nanoseconds: seen - due - Self.rackHold)
        }
        try check(latencies, wanted: rackDue.count, "racks in GetUnhealthyRacks")
        return latencies
    }

    private static let rackHold = Int64(intervalSeconds) * second
    private static let dcHold = Limits.foldHoldMin.rawValue * 1_000_000

    /// By rack that fails alone: when the report was due that made its quorum.
    private var rackDue: [(rack: String, due: Int64)] {
        (size.feedGroups..<size.groups).flatMap { number in
            (0..<Self.racksPerGroup).map { rack in
                (
                    rack: "alert-r\(number * Self.racksPerGroup + rack)",
                    due: groups[number].dueNanoseconds
                )
            }
        }
    }

    private func check(_ latencies: Latencies, wanted: Int, _ what: String) throws {
        guard latencies.count == UInt64(wanted) else {
            throw BenchError("wanted \(wanted) \(what), found \(latencies.count)")
        }
    }
}
