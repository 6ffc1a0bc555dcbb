import Evaluation
import SimulatedFleet
import TwinClient
import TwinCore
import TwinWire

/// `simulate --offline`: the fleet against the production twins in this process, on a virtual
/// clock. The same flags give the same answer, to the byte.
struct OfflineSimulation {
    let plan: SimulationPlan
    /// Virtual seconds a real one; nil = as fast as it goes.
    let speed: Double?
    let truthPath: String?

    /// 2026-01-01T12:00:00Z: a fixed beginning, because load follows the time of day.
    private static let start = Timestamp(milliseconds: 1_767_268_800_000)
    /// How far the virtual clock moves at a time.
    private static let step = Milliseconds.seconds(10)

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        var fleet = plan.fleet(start: Self.start)
        if let truthPath { try TruthWriter.write(GroundTruth(of: fleet), to: truthPath) }
        guard var cluster = OfflineCluster(metrics: Fleet.metricNames, start: Self.start) else {
            throw .system("the fleet's \(Fleet.metricNames.count) metrics fit no server")
        }
        commission(in: &cluster)
        var scorer = SimulationScorer()
        var faults = FaultWatch(plan.faults)
        let end = plan.offlineDuration
        let profiles = profiles
        session.progress.begin("simulating", total: Int(end.rawValue / Self.step.rawValue))
        let begin = ClientTime.monotonicMilliseconds
        while cluster.now < end, !Interruption.isRequested {
            let moment = min(end, cluster.now + Self.step)
            let reports = fleet.advance(to: moment).map { report(of: $0, profiles) }
            cluster.advance(to: moment, reports: reports)
            for text in faults.advance(to: moment, name: plan.name) { session.output.note(text) }
            tell(cluster.takeAlerts(), to: &scorer, in: session)
            session.progress.step()
            try pace(moment, since: begin, in: &session)
        }
        let score = scorer.score(of: plan.fleet(start: Self.start), until: cluster.now)
        try session.show(
            document(cluster, .init(score, pages: scorer.pages)), SimulationRenderer.text)
        return cluster.now < end ? .interrupted : .ok
    }

    private func commission(in cluster: inout OfflineCluster) {
        for server in plan.topology.serverKeys.indices {
            cluster.commission(
                plan.topology.serverKeys[server],
                plan.topology.commission(of: server, interval: plan.interval))
        }
    }

    private var profiles: [ReporterProfile] {
        plan.topology.serverKeys.indices.map {
            plan.topology.profile(of: $0, interval: plan.interval)
        }
    }

    private func report(of report: FleetReport, _ profiles: [ReporterProfile]) -> OfflineReport {
        OfflineReport(
            server: plan.topology.serverKeys[report.server], deliveredAt: report.deliveredAt,
            at: report.at, flags: report.flags, profile: profiles[report.server],
            values: report.values)
    }

    /// Prints what pages, as `alerts` does, and keeps everything for the score.
    private func tell(
        _ alerts: [NumberedAlert], to scorer: inout SimulationScorer, in session: borrowing Session
    ) {
        for alert in alerts { scorer.note(alert.draft) }
        let pages = alerts.filter(\.draft.pages).map(AlertDocument.init)
        guard !pages.isEmpty, let latest = pages.last else { return }
        var context = session.context
        context.now = latest.at.timestamp
        session.output.note(AlertRenderer(context).text(pages))
    }

    /// Waits until the real clock has caught up with the virtual one.
    private func pace(
        _ moment: Milliseconds, since begin: Int64, in session: inout Session
    ) throws(ClientError) {
        guard let speed else { return }
        let due = begin + Int64(Double(moment.rawValue) / speed)
        do throws(ClientError) {
            while try session.connection.nextCompletion(byMilliseconds: due) != nil {}
        } catch {
            guard case .interrupted = error else { throw error }
        }
    }

    private func document(
        _ cluster: OfflineCluster, _ score: SimulationDocument.Score
    ) -> SimulationDocument {
        let tally = cluster.tally
        return SimulationDocument(
            dc: plan.topology.dc.description, racks: plan.topology.rackCount,
            servers: plan.topology.serverCount, seed: plan.seed, offline: true,
            simulatedSeconds: cluster.now.seconds, faults: plan.faults.count,
            reports: .init(
                accepted: tally.accepted, late: tally.late, duplicate: tally.duplicate,
                tooOld: tally.tooOld, refused: tally.future + tally.unknown),
            score: score)
    }
}
