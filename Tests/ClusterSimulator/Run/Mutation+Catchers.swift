extension Mutation {
    /// The checkers that may catch it: what they watch is what it breaks. Another one's complaint
    /// would be an accident.
    package var catchers: Set<String> {
        switch self {
        case .answerBeforeCommit, .skipSync, .rowsBeforeJournal, .skipReplay, .loseHeldTurn,
            .recoverySkipsLastRecord:
            ["durability"]
        // An instance that cannot start any more is one that nobody gets an answer of.
        case .syncLies: ["durability", "answers"]
        case .damageOverlooked: ["bit flip"]
        case .startReplayTooLate: ["durability", "replay"]
        case .journalDroppedEarly: ["replay", "answers"]
        // A verdict that no record told is told again.
        case .stepWithoutRecord: ["replay", "alerts"]
        case .forgetIdentity, .answerForgotten: ["answers"]
        case .takeReportsTwice, .reportUnderNewTime, .refusalHidden: ["reports"]
        case .decommissionForgotten, .commandRepeatedLate, .generationInvented: ["commands"]
        case .maintenanceForgotten: ["maintenance"]
        case .staleAnswers: ["positions"]
        case .loseReceipts, .dropVersions, .receiptInvented, .messagesCounted: ["convergence"]
        case .messagesCountedInside: ["convergence", "verdicts"]
        case .loseAlerts, .repeatAlerts, .closeWithoutOpen, .transitionTwice: ["alerts"]
        case .rowsWithoutLimit, .creditInvented: ["queues"]
        case .timersForgotten: ["timers"]
        case .foldUnderNothing, .foldKept: ["folds"]
        case .unhealthyRackHidden: ["verdicts"]
        case .serversUnheard: ["unhealthy racks"]
        case .shardOfAnother, .servedAfterRelease, .tailNotCopied, .epochNotRaised,
            .candidateServedEarly:
            ["owners"]
        // Whoever starts from a copy of the files finds that they do not hold it.
        case .releaseNotJournalled: ["owners", "replay", "bit flip"]
        // Nobody's request is answered there, and no report reaches the twin.
        case .staleOwnerServed: ["answers", "silence"]
        case .heldMessagesLost: ["holds"]
        case .floorForgotten, .blindnessDenied: ["silence"]
        }
    }

    /// A run in which it shows soon: short, with much that breaks. What closes late and then stays
    /// needs more time, whole racks and peace, and so does a rack that stays unhealthy; a shard is
    /// held for some milliseconds, in which a client must come to it; of a release only what ends
    /// right after it is wrong; racks are put into maintenance while there is much time left; few
    /// blind times are long enough to make somebody missing.
    package func plan(_ seed: UInt64) -> SimulationPlan {
        switch self {
        case .foldKept: plan(seed, seconds: 300, servers: 80, faultsPerMinute: 2)
        case .unhealthyRackHidden, .serversUnheard:
            plan(seed, seconds: 600, servers: 80, faultsPerMinute: 6)
        case .foldUnderNothing: plan(seed, seconds: 180, servers: 80, faultsPerMinute: 6)
        case .staleOwnerServed: plan(seed, seconds: 180, servers: 40, faultsPerMinute: 6)
        case .heldMessagesLost: plan(seed, seconds: 600, servers: 40, faultsPerMinute: 25)
        case .maintenanceForgotten, .blindnessDenied:
            plan(seed, seconds: 600, servers: 40, faultsPerMinute: 25)
        case .releaseNotJournalled: plan(seed, seconds: 390, servers: 20, faultsPerMinute: 40)
        default: plan(seed, seconds: 180, servers: 40, faultsPerMinute: 25)
        }
    }

    private func plan(
        _ seed: UInt64, seconds: Int64, servers: Int, faultsPerMinute: Double
    ) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, seconds: seconds, servers: servers)
        plan.faultsPerMinute = faultsPerMinute
        plan.mutation = self
        return plan
    }
}
