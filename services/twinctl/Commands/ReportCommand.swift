import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl report`: one report typed by hand.
struct ReportCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Send one report by hand")

    @Argument(help: "The server's key.")
    var key: String

    @Argument(
        help: ArgumentHelp(
            "Values by metric name, such as system.cpu.utilization=0.42.",
            valueName: "metric=value"))
    var metrics: [String]

    @Option(help: ArgumentHelp("When it was measured (default: now).", valueName: "time"))
    var at: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let address = try Naming.twin(key, in: .server)
        var values: [String: Double?] = [:]
        for (name, text) in try Naming.pairs(metrics, option: "METRIC=VALUE") {
            guard let value = Double(text) else {
                throw .usage(
                    message: "\(name): wanted a number, found \"\(text)\"", hint: nil)
            }
            values[name] = .some(value)
        }
        // The time is fixed here, so that a repetition is the same report.
        var time = ClientTime.wall
        if let at { time = try Naming.moment(at, option: "--at", now: time) }
        let document = try session.ask(
            .twin(address), .report,
            ReportRequest(at: .milliseconds(time.milliseconds), metrics: values),
            for: ReportReply.self)
        try session.show(document) { document, _ in
            "\(document.address): \(Self.sentence(document.outcome))"
        }
        return .ok
    }

    private static func sentence(_ outcome: ReportOutcome) -> String {
        switch outcome {
        case .accepted: "report accepted"
        case .late: "report stored late: a newer one was there, so nothing is judged by it"
        case .duplicate: "a report of this time was there already; the first one counts"
        case .tooOld: "report older than 15 minutes: dropped, but the server counts as heard"
        }
    }
}
