import SimulatedFleet
import TwinClient
import TwinCore
import TwinWire

/// `simulate` against a cluster: commissions the fleet, sends each report at its time, and takes
/// out of watch in the end what it put there.
struct LiveSimulation {
    let plan: SimulationPlan
    let keeps: Bool
    let scores: Bool
    let truthPath: String?

    /// Reports go out in rounds of this length.
    private static let roundMilliseconds: Int64 = 250
    private static let stateMilliseconds: Int64 = 5_000
    /// Below what `twinctl up` waits before it kills.
    private static let tidyMilliseconds: Int64 = 15_000

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        Interruption.watchTermination()
        var isCommissioned = false
        let result = Result { () throws(ClientError) in
            try simulate(&isCommissioned, in: &session)
        }
        if isCommissioned, !keeps { tidyUp(in: &session) }
        return try result.get()
    }

    // MARK: the run

    private func simulate(
        _ isCommissioned: inout Bool, in session: inout Session
    ) throws(ClientError) -> ExitStatus {
        try commission(&isCommissioned, in: &session)
        let profiles = Profiles(plan)
        var sender = try ReportSender(
            names: Fleet.metricNames, profiles: profiles.all, note: session.output.note)
        let begin = ClientTime.monotonicMilliseconds
        let start = ClientTime.wall
        var fleet = plan.fleet(start: start)
        if let truthPath { try TruthWriter.write(GroundTruth(of: fleet), to: truthPath) }
        var faults = FaultWatch(plan.faults)
        var state = StateLine(at: begin)
        var now = Milliseconds.zero
        tellStart(in: session)
        session.connection.isInterrupted = { Interruption.isRequested }
        while !Interruption.isRequested, plan.duration.map({ now < $0 }) ?? true {
            let elapsed = Milliseconds(rawValue: ClientTime.monotonicMilliseconds - begin)
            now = plan.duration.map { min($0, elapsed) } ?? elapsed
            for report in fleet.advance(to: now) {
                sender.add(relayed(report), to: profiles.indexByServer[report.server])
            }
            for text in faults.advance(to: now, name: plan.name) { session.output.note(text) }
            try sender.send(over: &session.connection)
            if let line = state.next(after: Self.stateMilliseconds, sender) {
                session.output.note(line)
            }
            try pause(until: begin + now.rawValue + Self.roundMilliseconds, in: &session)
        }
        let isWhole = plan.duration.map { now >= $0 } ?? false
        try answer(fleet, sender.reports, until: now, in: &session)
        return isWhole ? .ok : .interrupted
    }

    private func relayed(_ report: FleetReport) -> RelayReport {
        RelayReport(
            key: plan.topology.serverKeys[report.server], at: report.at, flags: report.flags,
            values: report.values)
    }

    private func tellStart(in session: borrowing Session) {
        let topology = plan.topology
        let end = plan.duration.map { "for \(HumanNumbers.span($0))" } ?? "until Ctrl-C"
        session.output.note(
            "simulating \(HumanNumbers.counted(topology.serverCount, "server")) in "
                + "\(HumanNumbers.counted(topology.rackCount, "rack")) of \(topology.dc), "
                + "a report every \(HumanNumbers.interval(plan.interval.seconds)), \(end)")
    }

    /// Waits while the connection is looked after.
    private func pause(
        until milliseconds: Int64, in session: inout Session
    ) throws(ClientError) {
        do throws(ClientError) {
            while try session.connection.nextCompletion(byMilliseconds: milliseconds) != nil {}
        } catch {
            guard case .interrupted = error else { throw error }
        }
    }

    private func answer(
        _ fleet: Fleet, _ reports: SimulationDocument.Reports, until end: Milliseconds,
        in session: inout Session
    ) throws(ClientError) {
        var score: SimulationDocument.Score?
        if scores {
            letGo(in: &session)
            score = try self.score(fleet, until: end, in: &session)
        }
        let document = SimulationDocument(
            dc: plan.topology.dc.description, racks: plan.topology.rackCount,
            servers: plan.topology.serverCount, seed: plan.seed, offline: false,
            simulatedSeconds: end.seconds, faults: plan.faults.count, reports: reports,
            score: score)
        try session.show(document, SimulationRenderer.text)
    }

    private func score(
        _ fleet: Fleet, until end: Milliseconds, in session: inout Session
    ) throws(ClientError) -> SimulationDocument.Score {
        session.progress.begin("reading the alert log")
        var follower = AlertFollower(from: ReaderCursor(), since: fleet.options.start)
        let batch = try follower.readToEnd(over: &session.connection, terms: session.terms)
        if let away = batch.away.first { throw away.error }
        var scorer = SimulationScorer()
        for alert in batch.alerts {
            guard let address = Self.address(alert), plan.owns(address) else { continue }
            scorer.note(alert)
        }
        return .init(scorer.score(of: fleet, until: end), pages: scorer.pages)
    }

    private static func address(_ alert: AlertDocument) -> TwinAddress? {
        do throws(AddressError) {
            return try TwinAddress(alert.address)
        } catch {
            return nil
        }
    }
}

// MARK: - Watch

extension LiveSimulation {
    private func commission(
        _ isCommissioned: inout Bool, in session: inout Session
    ) throws(ClientError) {
        let topology = plan.topology
        var terms = session.terms
        terms.waitsForOwner = true
        let requests = topology.serverKeys.indices.map { server in
            let commission = topology.commission(of: server, interval: plan.interval)
            return ClientRequest(
                .twin(TwinAddress(tier: .server, key: topology.serverKeys[server])), .commission,
                CommissionRequest(
                    dc: commission.dc, rack: commission.rack,
                    labels: [String: String](labels: commission.labels),
                    intervalSeconds: commission.interval?.seconds),
                terms: terms)
        }
        let progress = session.progress
        progress.begin("commissioning", total: requests.count)
        var failure: ClientError?
        var isAnyDone = false
        defer { isCommissioned = isAnyDone }
        try session.connection.requestAll(requests) { _, result in
            progress.step()
            switch result {
            case .success: isAnyDone = true
            case .failure(let error): failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// Takes the fleet out of watch, in a bounded time; says what is left when that is too short.
    private func tidyUp(in session: inout Session) {
        letGo(in: &session)
        let addresses = plan.topology.serverKeys.map { TwinAddress(tier: .server, key: $0) }
        let requests = addresses.map {
            ClientRequest(
                .twin($0), .decommission, DecommissionRequest(),
                terms: RetryTerms(
                    timeout: Milliseconds(rawValue: Self.tidyMilliseconds), waitsForOwner: true))
        }
        let progress = session.progress
        progress.begin("decommissioning", total: requests.count)
        var left = addresses.count
        var failure: ClientError?
        do throws(ClientError) {
            try session.connection.requestAll(requests) { _, result in
                progress.step()
                switch result {
                case .success: left -= 1
                case .failure(.refused(let refusal)) where refusal.code == .unknownAddress:
                    left -= 1
                case .failure(let error): failure = error
                }
            }
        } catch {
            failure = failure ?? error
        }
        guard left > 0 else {
            session.output.note("\(addresses.count) simulated servers decommissioned")
            return
        }
        session.output.note(
            "\(left) of \(addresses.count) simulated servers may still be under watch"
                + (failure.map { ": \($0.document.error.message)" } ?? "")
                + "; list them with: twinctl list server")
    }

    /// From here on Ctrl-C has been heard: what is left to do gets its own end.
    private func letGo(in session: inout Session) {
        let progress = session.progress
        let end = ClientTime.monotonicMilliseconds + Self.tidyMilliseconds
        session.connection.isInterrupted = {
            progress.look()
            return ClientTime.monotonicMilliseconds > end
        }
    }
}

/// Who reports for whom: one relay for each agent version and relay name of the fleet.
private struct Profiles {
    private(set) var all: [ReporterProfile] = []
    private(set) var indexByServer: [Int] = []

    init(_ plan: SimulationPlan) {
        var indexByProfile: [ReporterProfile: Int] = [:]
        for server in plan.topology.serverKeys.indices {
            let profile = plan.topology.profile(of: server, interval: plan.interval)
            let index = indexByProfile[profile] ?? all.count
            if index == all.count {
                indexByProfile[profile] = index
                all.append(profile)
            }
            indexByServer.append(index)
        }
    }
}

/// The line every few seconds: how fast, and what became of the reports.
private struct StateLine {
    private var lastMilliseconds: Int64
    private var lastTotal = 0

    init(at milliseconds: Int64) { lastMilliseconds = milliseconds }

    mutating func next(after milliseconds: Int64, _ sender: ReportSender) -> String? {
        let now = ClientTime.monotonicMilliseconds
        guard now - lastMilliseconds >= milliseconds else { return nil }
        let reports = sender.reports
        let seconds = Double(now - lastMilliseconds) / 1_000
        let rate = Double(reports.total - lastTotal) / seconds
        lastMilliseconds = now
        lastTotal = reports.total
        return "\(HumanNumbers.rate(rate)) reports/s, \(reports.accepted) ok, "
            + "\(reports.late) late, \(reports.duplicate) duplicate, "
            + "\(reports.refused) refused, \(sender.waiting) waiting"
    }
}
