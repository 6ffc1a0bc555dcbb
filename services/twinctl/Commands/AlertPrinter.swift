import TwinClient
import TwinCore
import TwinWire

/// Prints what a reader of alerts gets, and keeps its cursor.
struct AlertPrinter {
    /// Also what never paged.
    let all: Bool
    let file: CursorFile?

    func begin(in session: borrowing Session) {
        guard !session.isJSON else { return }
        session.output.answer(AlertRenderer(session.context).header)
    }

    func tellFollowing(in session: borrowing Session) {
        guard !session.isJSON, session.output.notesToTerminal else { return }
        session.output.note(AlertRenderer.footer(behind: 0))
    }

    /// Prints a batch, then stores its cursor: a reader that is killed in between prints the batch
    /// again and never leaves it out.
    func show(
        _ batch: AlertFollower.Batch, in session: borrowing Session
    ) throws(ClientError) {
        for away in batch.away {
            session.output.note(
                "\(away.instance) does not answer, its alerts come later: "
                    + away.error.document.error.message)
        }
        let alerts = batch.alerts.filter(isWanted)
        if session.isJSON {
            for gap in batch.gaps { try session.showJSON(gap) }
            for alert in alerts { try session.showJSON(alert) }
            try session.showJSON(CursorDocument(cursor: batch.cursor.text))
        } else {
            let renderer = AlertRenderer(session.context)
            for gap in batch.gaps { session.output.answer(renderer.text(gap)) }
            if !alerts.isEmpty { session.output.answer(renderer.text(alerts)) }
        }
        if let file { try file.write(batch.cursor) }
    }

    /// What Ctrl-C leaves: where to go on.
    func end(at cursor: ReaderCursor, in session: borrowing Session) {
        if file == nil, !session.isJSON {
            session.output.note("go on with: twinctl alerts --follow --after \(cursor.text)")
        }
    }

    /// Every record of an incident that has paged, from the record that pages on.
    private func isWanted(_ alert: AlertDocument) -> Bool {
        all || alert.pages || (alert.incident?.pages ?? 0) > 0
    }
}
