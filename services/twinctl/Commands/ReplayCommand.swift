import ArgumentParser
import Evaluation
import TwinClient
import TwinCore

/// `twinctl replay`: a recorded series through the production twin, and its score.
struct ReplayCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Judge a recorded series, and score it",
        discussion: """
            The file has one row a time and one column a metric, with a header or without \
            (then the metrics are c1, c2, …, judged by their baseline alone); a first column of \
            times is understood. It may be packed with gzip. --labels names a file of 0 and 1, a \
            line a row. --train is played first: the twin learns from it. --live sends the rows \
            to the cluster instead, restamped to now, one every interval.
            """)

    @Option(help: ArgumentHelp("The series.", valueName: "path"))
    var csv: String

    @Option(help: ArgumentHelp("The server that it is of.", valueName: "key"))
    var server: String

    @Option(help: ArgumentHelp("The time from row to row.", valueName: "time"))
    var interval = TimeSpan(span: .seconds(60))

    @Option(help: ArgumentHelp("Which rows were bad.", valueName: "path"))
    var labels: String?

    @Option(help: ArgumentHelp("A series from before, to learn from.", valueName: "path"))
    var train: String?

    @Flag(help: "Send the rows to the cluster, from now on.")
    var live = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !live || (labels == nil && train == nil) else {
            throw ValidationError("--live: the cluster judges, --labels and --train have no use")
        }
        guard (Limits.intervalMin...Limits.intervalMax).contains(interval.span) else {
            throw ValidationError("--interval: wanted 1s to 1h")
        }
    }

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let address = try Naming.twin(server, in: .server)
        let series = try ReplayFile.series(csv, option: "--csv")
        guard !live else {
            return try LiveReplay(key: address.key, series: series, interval: interval.span)
                .run(in: &session)
        }
        let document = try document(address, series, in: session)
        try session.show(document, ReplayRenderer.text)
        return .ok
    }

    private func document(
        _ address: TwinAddress, _ series: Series, in session: borrowing Session
    ) throws(ClientError) -> ReplayDocument {
        let training = try train.map { path throws(ClientError) in
            try ReplayFile.series(path, option: "--train")
        }
        let marks = try labels.map { path throws(ClientError) in
            try ReplayFile.labels(path, rows: series.rowCount)
        }
        session.progress.begin("replaying")
        let start = (training ?? series).times?.first ?? Self.start
        var replay = Replay(
            server: address.key,
            commission: Commission(
                rack: try Naming.key("replay", option: "--server"),
                dc: try Naming.key("replay", option: "--server"), labels: [],
                interval: interval.span),
            interval: interval.span, start: start)
        do throws(ReplayError) {
            if let training { _ = try replay.play(training) }
            let played = try replay.play(series)
            return ReplayDocument(
                address, series, played, interval: interval.span,
                learnedRows: training?.rowCount ?? 0, labels: marks)
        } catch {
            throw .usage(message: "--csv \(csv): \(error)", hint: nil)
        }
    }

    /// 2026-01-01T00:00:00Z: where series without times begin.
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
}
