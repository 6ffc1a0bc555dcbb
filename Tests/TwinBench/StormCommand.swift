import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// All servers of many racks fail within a second: how long until the data center's view names
/// exactly these racks, how far queues grow meanwhile, how many alerts it makes.
struct StormCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm", abstract: "Many racks fail at once")

    @OptionGroup var load: LoadOptions

    @Option(help: "Racks that fail, all their servers at once.")
    var failing = 300

    @Option(help: "The servers' interval in seconds: all report once in it, before and after.")
    var interval = 2

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...load.racks).contains(failing), failing <= Limits.pageItemsMax else {
            throw ValidationError(
                "--failing: wanted 1 to \(min(load.racks, Limits.pageItemsMax)), found \(failing)")
        }
    }

    func run() throws {
        var connection = try Connection(to: load.broker)
        let fleet = try Fleet(
            racks: load.racks, serversPerRack: load.servers, intervalSeconds: interval,
            over: &connection)
        let split = failing * load.servers
        var others: ReportRounds? = nil
        if split < fleet.servers.count {
            others = try ReportRounds(
                of: Array(fleet.servers[split...]), intervalSeconds: interval)
        }
        var storm = Storm(
            ill: try ReportRounds(of: Array(fleet.servers[..<split]), intervalSeconds: interval),
            others: others, intervalMilliseconds: Int64(interval) * 1_000,
            racks: (0..<failing).map { "bench-r\($0)" }.sorted())
        // Members vote two intervals after they joined.
        try storm.pass(
            untilMilliseconds: ClientTime.monotonicMilliseconds
                + Int64(Self.intervalsBefore * interval) * 1_000, over: &connection)
        let began = ClientTime.wall
        let complete = try storm.strike(
            patienceMilliseconds: Int64(load.seconds) * 1_000, over: &connection)
        try storm.pass(
            untilMilliseconds: ClientTime.monotonicMilliseconds + Self.settleMilliseconds,
            over: &connection)
        var follower = AlertFollower(from: ReaderCursor(), since: began)
        let alerts = try follower.readToEnd(over: &connection, terms: Fleet.patientTerms).alerts
        var measurement = output.measurement("storm")
        measurement.note("completeSeconds", complete)
        measurement.note("completeAfterHoldSeconds", complete - Double(interval))
        measurement.note("statusesOwedPeak", Double(storm.statusesOwedPeak))
        measurement.note("lagSecondsPeak", storm.lagSecondsPeak)
        measurement.note("alertRecords", Double(alerts.count))
        measurement.note("pages", Double(alerts.count { $0.pages }))
        try output.tell(measurement)
    }

    private static let intervalsBefore = 4
    /// What comes behind the verdict: folds, and the records of members.
    private static let settleMilliseconds: Int64 = 3_000
}
