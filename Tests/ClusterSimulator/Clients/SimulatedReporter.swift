import Msgpack
import SimulatedFleet
import TwinCore
import TwinWire

/// Reports some servers, as an agent for each of them (`server/KEY`) or as a relay by owner
/// (`server@INSTANCE`). A relay gathers for some seconds, as collectors do, and sends what came
/// since in one batch to each owner. Keeps what is not answered and sends it again until it is.
final class SimulatedReporter: SimulatedClient {
    enum Style {
        case agents, relay
    }

    private struct KeptReport {
        let server: Int
        let at: Timestamp
        /// When it was measured, by the clock of the run; nil for what tells nothing of life.
        let measuredAt: Int64?
        /// Another reading under a time that is known: the first one stands.
        let isConflict: Bool
        var flags: ReportFlags
        /// What was certain of the server when it was sent first.
        var commandsAtFirst: Int?
        /// No command to the server was without an answer then.
        var wasCertainAtFirst = false
    }

    private struct Batch {
        let destination: String
        let reports: [KeptReport]
    }

    let name: String
    let link: Int
    private unowned let world: World
    private let style: Style
    private let servers: [Int]
    /// How often each of its servers reports.
    private let intervalMilliseconds: Int64
    /// How long it gathers; 0 = each report leaves at once.
    private let gatherMilliseconds: Int64
    private var requester: Requester
    private var random: SplitMix64
    /// When each server reports next.
    private var dueAt: [Int64]
    /// Not sent, or to be sent again.
    private var kept: [KeptReport] = []
    private var batches: [Int: Batch] = [:]
    private var nextToken = 0
    /// Destinations that did not take what they were sent rest until then.
    private var restingUntil: [String: Int64] = [:]
    /// When it measures next.
    private var measuresAt: Int64 = 0

    private static let restMilliseconds: Int64 = 1_000
    private static let gatherFactorMax: Int64 = 2
    /// So long after it was measured a report is sent at the latest, when nothing is in the way.
    static let gatherMillisecondsMax: Int64 = 10_000

    init(
        number: Int, servers: [Int], style: Style, intervalMilliseconds: Int64,
        gatherMilliseconds: Int64, world: World
    ) {
        name = style == .relay ? "relay-\(number)" : "agents-\(number)"
        self.world = world
        self.style = style
        self.servers = servers
        self.intervalMilliseconds = intervalMilliseconds
        // Who brings less often waits longer for a full batch.
        let factor = min(intervalMilliseconds / ReportingIntervals.shortest, Self.gatherFactorMax)
        self.gatherMilliseconds = factor * gatherMilliseconds
        link = world.network.add(name: name, side: .client)
        random = RandomStream.reports.random(seed: world.plan.seed, index: number + 1)
        requester = Requester(
            link: link,
            random: RandomStream.clients.random(seed: world.plan.seed, index: number + 100))
        dueAt = servers.map { 5_000 + world.truth.servers[$0].phase }
    }

    var isIdle: Bool { requester.openCount == 0 && kept.isEmpty }

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        if measuresAt <= world.scheduler.now { measure() }
        sendWhatIsKept()
        let rest = kept.isEmpty ? Int64.max : world.scheduler.now + Self.restMilliseconds
        return min(requester.nextDue ?? .max, measuresAt, rest)
    }

    /// Takes over what the servers have measured since, each at its own time.
    private func measure() {
        let now = world.scheduler.now
        for (place, server) in servers.enumerated() where dueAt[place] <= now {
            let due = dueAt[place]
            dueAt[place] += intervalMilliseconds
            guard !world.truth.isSilent(server, at: due) else { continue }
            let skew = world.truth.servers[server].skew
            let at = MachineClock.wall(at: due) + Milliseconds(rawValue: skew)
            world.counts.reports += 1
            let report = KeptReport(
                server: server, at: at, measuredAt: due, isConflict: false, flags: [])
            kept.append(report)
            world.truth.attempted(server, at: now)
            guard world.plan.hasOddReports else { continue }
            switch random.index(below: 200) {
            case 0: kept.append(report)
            case 1:
                keepOdd(server, at: at, isConflict: true)
            case 2:
                // No whole number of intervals ahead, so that no later report is its duplicate: our
                // own clock may be ahead too, and then this one is taken.
                let early = at + Milliseconds(rawValue: 301_900)
                keepOdd(server, at: early)
            case 3:
                let late = at + .seconds(-35)
                keepOdd(server, at: late)
            default: break
            }
        }
        measuresAt = max(dueAt.min() ?? .max, now + gatherMilliseconds)
    }

    private func keepOdd(_ server: Int, at time: Timestamp, isConflict: Bool = false) {
        kept.append(
            KeptReport(
                server: server, at: time, measuredAt: nil, isConflict: isConflict, flags: []))
    }

    /// One batch on its way for each destination.
    private func sendWhatIsKept() {
        guard !kept.isEmpty else { return }
        var destinations: [String] = []
        var groups: [[KeptReport]] = []
        var waiting: [KeptReport] = []
        // Nothing moves meanwhile: each shard has one owner.
        var known: [UInt16: String] = [:]
        for report in kept {
            guard let destination = destination(of: report.server, &known),
                !batches.values.contains(where: { $0.destination == destination }),
                (restingUntil[destination] ?? 0) <= world.scheduler.now
            else {
                waiting.append(report)
                continue
            }
            if let index = destinations.firstIndex(of: destination) {
                groups[index].append(report)
            } else {
                destinations.append(destination)
                groups.append([report])
            }
        }
        kept = waiting
        for index in destinations.indices { send(groups[index], to: destinations[index]) }
    }

    /// - Parameter known: where a relay sends what is for a shard, as far as it was found.
    private func destination(of server: Int, _ known: inout [UInt16: String]) -> String? {
        switch style {
        case .agents: return "server/\(Workload.serverKey(server))"
        case .relay:
            let shard = Workload.shard(ofServer: server)
            if let destination = known[shard] { return destination }
            guard let owner = world.owner(ofServer: server) else { return nil }
            let destination = "server@\(owner)"
            known[shard] = destination
            return destination
        }
    }

    private func send(_ reports: [KeptReport], to destination: String) {
        var reports = reports
        do {
            let header = try ReportBatchHeader(
                names: SimulatedFleetTruth.metricNames,
                profile: ReporterProfile(
                    interval: Milliseconds(rawValue: intervalMilliseconds), agentVersion: "1.0",
                    relay: style == .relay ? name : nil),
                baseTime: MachineClock.wall(at: world.scheduler.now))
            var writer = ReportBatchWriter(header: header)
            for index in reports.indices {
                let report = reports[index]
                let server = report.server
                if reports[index].commandsAtFirst == nil {
                    let state = world.reference.servers[server]
                    reports[index].commandsAtFirst = state.isChanging ? -1 : state.commands
                    reports[index].wasCertainAtFirst = state.certain != nil
                }
                var values = world.truth.values(of: server, at: report.at.milliseconds)
                if report.isConflict { values[0] = 0.99 }
                _ = writer.append(
                    key: try TwinKey(Workload.serverKey(server)), at: report.at,
                    flags: report.flags, values: values)
            }
            nextToken += 1
            batches[nextToken] = Batch(destination: destination, reports: reports)
            requester.submit(
                .reportBatch, to: destination, writer.payload, token: nextToken,
                terms: RetryTerms(timeout: .seconds(8)), in: world)
        } catch {
            world.fail("workload", "a batch cannot be packed: \(error)")
        }
    }

    private func take(_ finished: Requester.Finished) {
        guard let batch = batches.removeValue(forKey: finished.token) else { return }
        switch finished.result {
        case .answer(_, let payload):
            do {
                settle(batch, try MsgpackDecoder.decode(ReportBatchReply.self, from: payload))
            } catch {
                world.fail("client", "the answer to reports could not be read: \(error)")
            }
        case .ended:
            // All of it again; what was taken is a duplicate then.
            for report in batch.reports { keepAgain(report, batch) }
        }
    }

    private func keepAgain(_ report: KeptReport, _ batch: Batch) {
        restingUntil[batch.destination] = world.scheduler.now + Self.restMilliseconds
        kept.append(report)
    }

    private func settle(_ batch: Batch, _ reply: ReportBatchReply) {
        // Of entries behind the list of refusals nobody knows: they are sent again.
        let known = reply.firstUnlisted ?? batch.reports.count
        for report in batch.reports.dropFirst(known) { keepAgain(report, batch) }
        for (entry, report) in batch.reports.prefix(known).enumerated() {
            let refusal = reply.refused.first { $0.first <= entry && entry <= $0.last }
            switch refusal?.code {
            case nil: taken(report, isCertain: reply.tooOld == 0)
            case .unavailable?, .notOwner?, .overloaded?: keepAgain(report, batch)
            case .unknownAddress?: notWatched(report)
            case .invalid?: maybeTaken(report)
            default:
                world.fail(
                    "reports",
                    "a report of \(Workload.serverKey(report.server)) was refused: "
                        + "\(refusal?.message ?? "")")
            }
        }
        world.reportsSettled(min(known, batch.reports.count))
    }

    /// The run is over: what is on its way may have been taken, its answer is not here yet.
    func giveUp() {
        for token in batches.keys.sorted() {
            for report in batches[token]?.reports ?? [] { maybeTaken(report) }
        }
        for report in kept where report.commandsAtFirst != nil { maybeTaken(report) }
    }

    /// It got ok: the life in force at both ends must have taken it.
    private func taken(_ report: KeptReport, isCertain: Bool) {
        let state = world.reference.servers[report.server]
        if isCertain, let time = report.measuredAt {
            world.truth.answered(report.server, measuredAt: time)
        }
        guard isCertain, !report.isConflict, !state.isChanging,
            state.commands == report.commandsAtFirst, let life = state.certain?.lives
        else { return maybeTaken(report) }
        world.reference.servers[report.server].taken[life, default: []]
            .insert(report.at.milliseconds)
    }

    /// It may be in any life that was possible meanwhile.
    private func maybeTaken(_ report: KeptReport) {
        let state = world.reference.servers[report.server]
        // A commission that is on its way may have begun the next one.
        let last = (state.possible.map(\.lives).max() ?? 0) + (state.isChanging ? 1 : 0)
        for life in 0...last {
            world.reference.servers[report.server].maybeTaken[life, default: []]
                .insert(report.at.milliseconds)
        }
    }

    private func notWatched(_ report: KeptReport) {
        let state = world.reference.servers[report.server]
        // A command without an answer may be carried out at any time until somebody looks.
        if !state.isChanging, report.wasCertainAtFirst, state.commands == report.commandsAtFirst,
            let certain = state.certain, certain.place != nil
        {
            world.fail(
                "reports",
                "a report of \(Workload.serverKey(report.server)) was refused as "
                    + "unknown, but the server was commissioned: \(certain)")
        }
        maybeTaken(report)
    }
}
