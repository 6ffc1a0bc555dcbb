/// A behaviour that is broken on purpose, to see that a checker notices: production's code between
/// hands that cheat. Nothing of this is in production; see `Tampering` for what each does.
package enum Mutation: String, CaseIterable, Sendable {
    /// Messages leave when their turn is closed, before its record is durable.
    case answerBeforeCommit = "answer-before-commit"
    /// A commit is told to be durable without any sync.
    case skipSync = "skip-sync"
    /// What a sync made durable a while ago is not there after a power cut.
    case syncLies = "sync-lies"
    /// Rows are written when their turn is closed, ahead of the journal.
    case rowsBeforeJournal = "rows-before-journal"
    /// Rows say that replay may begin behind inputs that no row has yet.
    case startReplayTooLate = "start-replay-too-late"
    /// A start reads the rows and leaves the journal out.
    case skipReplay = "skip-replay"
    /// A start has forgotten who it is.
    case forgetIdentity = "forget-identity"
    /// Every report is taken again, as if no time were known.
    case takeReportsTwice = "take-reports-twice"
    /// Parents' receipts never reach their children.
    case loseReceipts = "lose-receipts"
    /// A status that was overtaken comes again under a higher version.
    case dropVersions = "drop-versions"
    /// Questions are answered with what was true when they were asked first.
    case staleAnswers = "stale-answers"
    /// One record of the alert log in so many never reaches its reader.
    case loseAlerts = "lose-alerts"
    /// Records of the alert log reach their reader twice.
    case repeatAlerts = "repeat-alerts"
}
