import Foundation
import TwinWire

/// What `up` and `down` say to a person.
enum UpText {
    /// `0.5 s`.
    static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let tenths = attoseconds / 100_000_000_000_000_000
        return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }

    /// A process that is not tried again, with the end of its log.
    static func givenUp(_ name: String, _ end: ProcessEnd, log: String) -> [String] {
        let reason =
            end == .exited(SupervisedChild.usageExitCode)
            ? "\(name) refused its settings (\(end))"
            : "\(name) ended \(RestartPolicy.endsMax) times within "
                + "\(seconds(RestartPolicy.crashLoopWindow)), last with \(end)"
        return ["! \(reason); it is not started again. The end of \(log):"]
            + LogFile.tail(log).map { "  | \($0)" }
    }

    /// What stops an `up` on this state directory.
    static func down(twinctl: String, paths: UpPaths, environment: [String: String]) -> String {
        let isDefault = paths.directory == UpPaths.defaultDirectory(environment: environment)
        return "\(twinctl) down" + (isDefault ? "" : " --state-dir \(paths.directory)")
    }

    /// Shown once everything runs.
    static func ready(_ plan: UpPlan, paths: UpPaths, twinctl: String, down: String) -> String {
        let broker =
            plan.options.port == UpOptions.defaultPort
            ? "" : " --broker \(plan.options.clientEndpoint)"
        return """

            Ready at \(plan.options.clientEndpoint); state and logs/ in \(paths.directory).
            In another terminal:
              \(twinctl) status\(broker)
              \(twinctl) unhealthy-racks\(broker)
              \(twinctl) get server \(plan.host)\(broker)
            Ctrl-C here, or there `\(down)`, stops everything.
            """
    }

    /// What is about to happen, in one line a thing.
    static func intention(_ plan: UpPlan, paths: UpPaths, isNewCluster: Bool) -> String {
        let options = plan.options
        let state = isNewCluster ? "a new cluster" : "the cluster"
        let simulation =
            options.isSimulating
            ? "\(UpPlan.simulatedRacks) simulated racks of \(UpPlan.simulatedServersPerRack) "
                + "servers (the ToR switch of dc1-r07 fails 30 s after the first report, for 120 s)"
            : "no simulation"
        return """
            Starting \(state) in \(paths.directory): broker, \(options.serverInstances) server, \
            \(options.rackInstances) rack and 1 dc instance,
            the agent for this host (\(plan.host)), \(simulation).
            """
    }
}
