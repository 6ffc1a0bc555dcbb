import Evaluation
import TwinClient
import TwinCore

/// `replay --live`: the rows of a recorded series as reports of one server, from now on, one every
/// interval, until the last or Ctrl-C.
struct LiveReplay {
    let key: TwinKey
    let series: Series
    let interval: Milliseconds

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        var sender = try ReportSender(
            names: series.names, profiles: [ReporterProfile(interval: interval)],
            note: session.output.note)
        session.progress.begin("replaying", total: series.rowCount)
        let start = ClientTime.wall
        let begin = ClientTime.monotonicMilliseconds
        for row in 0..<series.rowCount {
            let due = Int64(row) * interval
            guard try pause(until: begin + due.rawValue, in: &session) else { break }
            sender.add(
                RelayReport(key: key, at: start + due, values: Array(series.row(row))), to: 0)
            try sender.send(over: &session.connection)
            session.progress.step()
        }
        let reports = sender.reports
        session.output.answer(
            "server/\(key): \(reports.total) of \(series.rowCount) rows sent, "
                + "\(reports.accepted) ok, \(reports.refused) refused, \(sender.waiting) not taken")
        return reports.total == series.rowCount && reports.refused == 0
            ? .ok : Interruption.isRequested ? .interrupted : .refused
    }

    /// Waits while the connection is looked after; false = interrupted.
    private func pause(
        until milliseconds: Int64, in session: inout Session
    ) throws(ClientError) -> Bool {
        do throws(ClientError) {
            while try session.connection.nextCompletion(byMilliseconds: milliseconds) != nil {}
            return true
        } catch {
            guard case .interrupted = error else { throw error }
            return false
        }
    }
}
