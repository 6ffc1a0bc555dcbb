/// A behaviour that is broken on purpose, to see that a checker notices: production's code between
/// hands that cheat. Nothing of this is in production; see `Tampering` and `Saboteur` for what each
/// does.
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

    // MARK: between an instance and its disk
    /// What gathered behind a commit is answered and never written.
    case loseHeldTurn = "lose-held-turn"
    /// The journal goes as soon as the rows are written, not when they are durable.
    case journalDroppedEarly = "journal-dropped-early"
    /// A second slice is made while the rows still write the first: a queue without a limit.
    case rowsWithoutLimit = "rows-without-limit"
    /// A start does not replay the last record.
    case recoverySkipsLastRecord = "recovery-skips-last-record"
    /// A start that finds its journal damaged goes on with its rows alone and says nothing.
    case damageOverlooked = "damage-overlooked"
    /// A start arms no timers.
    case timersForgotten = "timers-forgotten"
    /// A decommissioned server is under watch again after a start.
    case decommissionForgotten = "decommission-forgotten"
    /// The maintenance of racks is over with a start.
    case maintenanceForgotten = "maintenance-forgotten"
    /// A step of a twin that no record holds: replay cannot know it, nor the alert log.
    case stepWithoutRecord = "step-without-record"

    // MARK: between an instance and those it answers
    /// A report that is known is taken once more under another time.
    case reportUnderNewTime = "report-under-new-time"
    /// A report that was refused gets ok.
    case refusalHidden = "refusal-hidden"
    /// A command is carried out again after a later one.
    case commandRepeatedLate = "command-repeated-late"
    /// Ok names a generation that never came into force.
    case generationInvented = "generation-invented"
    /// Some requests never get an answer, however often they come.
    case answerForgotten = "answer-forgotten"
    /// The answer to `GetUnhealthyRacks` leaves out a rack.
    case unhealthyRackHidden = "unhealthy-rack-hidden"

    // MARK: between twins
    /// A child believes in a receipt for what its parent never got.
    case receiptInvented = "receipt-invented"
    /// A rack counts the messages of its servers instead of the servers.
    case messagesCounted = "messages-counted"
    /// A rack takes every status for one more server, in its own state.
    case messagesCountedInside = "messages-counted-inside"
    /// A child stays folded after its parent's incident has closed.
    case foldKept = "fold-kept"
    /// A child is folded under an incident that its parent does not have.
    case foldUnderNothing = "fold-under-nothing"
    /// An incident opens without a record, and its end is told all the same.
    case closeWithoutOpen = "close-without-open"
    /// A transition is recorded twice, under two numbers.
    case transitionTwice = "transition-twice"

    // MARK: queues, owners and blindness
    /// An instance grants the broker more than its window.
    case creditInvented = "credit-invented"
    /// An instance serves a shard that the broker gave to another one.
    case shardOfAnother = "shard-of-another"
    /// After a blind time silence counts from before it.
    case floorForgotten = "floor-forgotten"
    /// After a blind time twins judge once as if there had been none.
    case blindnessDenied = "blindness-denied"
    /// Racks believe that nobody serves the shards of their servers.
    case serversUnheard = "servers-unheard"

    // MARK: shards that change owners
    /// The broker goes on sending what is for a shard to its first owner.
    case staleOwnerServed = "stale-owner-served"
    /// What the broker held for a shard that moved is lost.
    case heldMessagesLost = "held-messages-lost"
    /// An owner serves on after it has released a shard.
    case servedAfterRelease = "served-after-release"
    /// The last changes of a shard, made while the rest was copied, do not move with it.
    case tailNotCopied = "tail-not-copied"
    /// An owner releases a shard and does not write it down.
    case releaseNotJournalled = "release-not-journalled"
    /// A new owner goes on under the epoch of the old one.
    case epochNotRaised = "epoch-not-raised"
    /// A copy is served before the owner has released the shard.
    case candidateServedEarly = "candidate-served-early"
}
