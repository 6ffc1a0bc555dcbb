import ArgumentParser
import TwinClient
import TwinCore

/// `twinctl simulate`: a fleet of fake servers against a cluster, or against the twins alone.
struct SimulateCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a simulated fleet against a cluster that allows it",
        discussion: """
            A fault is KIND:TARGET@START+DURATION, such as tor:dc1-r07@30s+120s; START counts \
            from the first report. A wrong KIND or TARGET is answered with what there is. In the \
            end what the run commissioned is decommissioned (--keep leaves it). --offline needs \
            no cluster: the twins run in this process on a virtual clock, as fast as they can \
            or --speed times as fast as real time, and the run is scored.
            """)

    @Option(help: "How many racks.")
    var racks = 10

    @Option(help: "How many servers in each.")
    var serversPerRack = 40

    @Option(help: ArgumentHelp("How often each server reports.", valueName: "time"))
    var interval = TimeSpan(span: Limits.intervalDefault)

    @Option(help: "The data center's key.")
    var dc = "dc1"

    @Option(help: "The same seed gives the same fleet, to the last bit.")
    var seed: UInt64 = 1

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp("What breaks, where and when.", valueName: "fault"))
    var faults: [String] = []

    @Option(
        help: ArgumentHelp(
            "Faults at real rates times this number (1000 = six weeks of trouble an hour).",
            valueName: "scale"))
    var randomFaults: Double?

    @Option(help: ArgumentHelp("Stop after this time.", valueName: "time"))
    var duration: TimeSpan?

    @Option(
        help: ArgumentHelp("Write what should be found here, before it can be.", valueName: "path"))
    var truth: String?

    @Flag(help: "In the end compare the alerts with what was broken.")
    var score = false

    @Flag(help: "Leave the servers under watch.")
    var keep = false

    @Flag(help: "Without a cluster, on a virtual clock.")
    var offline = false

    @Option(
        help: ArgumentHelp("With --offline: so many times real time.", valueName: "factor"))
    var speed: Double?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let speed {
            guard offline else {
                throw ValidationError(
                    "--speed needs --offline: a cluster's limits do not shrink with it")
            }
            guard speed > 0, speed.isFinite else {
                throw ValidationError("--speed: wanted a number above 0, found \(speed)")
            }
        }
        guard !offline || !keep else {
            throw ValidationError("--keep and --offline: there is no cluster to leave servers in")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let plan = try SimulationPlan(
            dc: dc, racks: racks, serversPerRack: serversPerRack, interval: interval.span,
            seed: seed, faults: faults, randomScale: randomFaults, duration: duration?.span)
        guard !offline else {
            return try OfflineSimulation(plan: plan, speed: speed, truthPath: truth)
                .run(in: &session)
        }
        return try LiveSimulation(plan: plan, keeps: keep, scores: score, truthPath: truth)
            .run(in: &session)
    }
}
