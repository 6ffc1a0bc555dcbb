import ArgumentParser
import TwinClient
import TwinCore

/// How long from a report until somebody knows: an incident of a server, of a rack and of the data
/// center at a following client, and a rack in the answer of `GetUnhealthyRacks`.
///
/// Open loop beside whatever load another process puts on; a time counts from the moment at which
/// the deciding report was due. Holds are waits on purpose and are taken off: a rack's is its
/// servers' interval, the data center's `Limits.foldHoldMin`.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Time from report to alert")

    @OptionGroup var load: LoadOptions

    @Option(help: "Incidents of servers, one each, a hundred a second.")
    var samples = 1_200

    @Option(help: "Groups of three racks that fail together, one group a second.")
    var rackGroups = 20

    @Option(help: "Groups of three racks on one feed that fail together, one every 17 s.")
    var feedGroups = 6

    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (name, groups) in [("rack-groups", rackGroups), ("feed-groups", feedGroups)] {
            guard (1...Self.groupsMax).contains(groups) else {
                throw ValidationError(
                    "--\(name): wanted 1 to \(Self.groupsMax), found \(groups)")
            }
        }
        let most =
            (rackGroups + feedGroups) * AlertTrial.racksPerGroup
            * AlertTrial.sampledServers.count
        guard (0...most).contains(samples) else {
            throw ValidationError("--samples: wanted 0 to \(most), found \(samples)")
        }
    }

    private static let groupsMax = 300

    func run() throws {
        var connection = try Connection(to: load.broker)
        let size = AlertTrial.Size(
            samples: samples, feedGroups: feedGroups, rackGroups: rackGroups)
        let fleet = try Fleet(
            racks: size.groups * AlertTrial.racksPerGroup,
            serversPerRack: AlertTrial.serversPerRack,
            prefix: "alert", intervalSeconds: AlertTrial.intervalSeconds,
            labels: { rack in
                let group = rack / AlertTrial.racksPerGroup
                return group < feedGroups ? ["feed": AlertTrial.feed(ofGroup: group)] : [:]
            },
            over: &connection)
        let watch = AlertWatch()
        watch.begin(at: load.broker)
        defer { watch.end() }
        var trial = try AlertTrial(of: fleet, size: size)
        try trial.run(over: &connection)
        let opened = try watch.opened()
        var measurement = output.measurement("alerts")
        try trial.serverLatencies(opened).note(in: &measurement, as: "server.")
        try trial.rackLatencies(opened).note(in: &measurement, as: "rack.")
        try trial.datacenterLatencies(opened).note(in: &measurement, as: "dc.")
        try trial.visibleLatencies().note(in: &measurement, as: "visible.")
        try output.tell(measurement)
    }
}
