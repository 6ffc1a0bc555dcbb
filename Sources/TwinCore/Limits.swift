/// Every bound of the system in one place. Sizes in bytes, times in `Milliseconds`.
///
/// A full queue is an answer (`overloaded`), a longer message a refusal (`too-large`), never
/// growth.
package enum Limits {
    // MARK: names
    package static let keyBytesMax = 128
    package static let instanceNameBytesMax = 64
    package static let labelsPerServerMax = 16
    package static let labelBytesMax = 64
    package static let textBytesMax = 256
    package static let shardCountDefault = 256
    package static let shardCountMax = 4_096

    // MARK: reports
    package static let metricsPerServerMax = 64
    package static let metricNameBytesMax = 96
    package static let reportsPerBatchMax = 4_096
    package static let windowReportsMax = 1_024
    package static let windowSpan = Milliseconds.minutes(15)
    package static let futureReportMax = Milliseconds.seconds(60)
    package static let worstDevicesPerReportMax = 16
    package static let reporterProfilesPerShardMax = 4_096
    package static let metricSetsPerShardMax = 4_096
    package static let intervalDefault = Milliseconds.seconds(10)
    package static let intervalMin = Milliseconds.seconds(1)
    package static let intervalMax = Milliseconds.hours(1)

    // MARK: twins
    package static let openIncidentsPerTwinMax = 32
    package static let evidencePerIncidentMax = 8
    /// 32 incidents × 128 + 5 labels × 84 + a key of 130 + 2 texts × 66 + 1,024 for numbers, times
    /// and the digest < 6 KiB. Its parts are bounded where they are taken: nobody measures it.
    package static let serverStatusBytesMax = 6 * 1_024
    package static let membersPerRackMax = 256
    package static let racksPerDatacenterMax = 8_192
    package static let labelValuesPerRackMax = 8
    package static let formerRacksMax = 4
    package static let maintenanceWindowsPerTwinMax = 16
    package static let candidatesPerIncidentMax = 8
    package static let decommissionedKept = Milliseconds.hours(24)
    package static let unknownReportersMax = 4_096

    // MARK: incidents
    package static let foldHoldMin = Milliseconds.seconds(15)
    package static let foldHoldMax = Milliseconds.minutes(5)
    package static let foldHoldExtra = Milliseconds.seconds(5)
    package static let acknowledgementDefault = Milliseconds.hours(8)
    package static let maintenanceMax = Milliseconds.hours(24 * 30)
    package static let clearDelayMax = Milliseconds.hours(1)
    package static let reopenWithin = Milliseconds.minutes(15)
    package static let recentIncidentsPerTwinMax = 8
    package static let digestVersionInterval = Milliseconds.seconds(30)
    package static let neverReportedAfter = Milliseconds.minutes(15)
    package static let goneAfterMin = Milliseconds.minutes(10)
    package static let restoredIncidentNumbersPerEpoch: UInt32 = 10_000

    // MARK: messages
    package static let frameBytesMax = 1 << 20
    /// What the broker's sockets take: a frame between the two is refused with a sentence, a
    /// larger one ends its connection before it is read.
    package static let frameBytesTaken = 2 * frameBytesMax
    package static let framesPerMessageMax = 6
    package static let envelopeBytesMax = 512
    package static let nestingMax = 32
    package static let statusesPerBatchMax = 256
    package static let statusBatchBytesMax = 256 * 1_024
    package static let receiptsPerBatchMax = 256
    /// 1,024 × (2 keys of 128 + 70) + 4,096 shards × 48 + 4,096 parents × 3 bytes < 1 MiB; the
    /// answer to a part, 1,024 × (2 keys of 128 + 170) bytes, too.
    package static let auditEntriesPerPartMax = 1_024
    /// So many parts of a list may a single shard span: a million children.
    package static let auditPartsPerShardMax = 1_024
    package static let pageItemsMax = 1_000
    /// Twins that one page of a list looks at: some milliseconds of the engine's thread.
    package static let twinsPerPageMax = 10_000
    package static let alertsPerPageMax = 250
    package static let incidentsPerPageMax = 250
    package static let cursorBytesMax = 64 * 1_024
    package static let reportRefusalsListedMax = 64
    package static let reroutesMax = 2

    // MARK: moves of shards
    /// Shards on their way at one time, in the whole cluster.
    package static let movesInFlightMax = 4
    /// Messages to a shard that wait at the broker while it changes owners.
    package static let heldMessagesMax = 1_024
    package static let heldBytesMax = 4 << 20
    package static let holdMax = Milliseconds.seconds(5)
    /// So long an owner stays frozen without having released; then it serves on.
    package static let freezeMax = Milliseconds.seconds(3)
    /// So much of a shard is copied in one message, in bytes of states and in twins: encoding it
    /// delays a turn by some milliseconds.
    package static let handoffChunkBytesMax = 256 * 1_024
    package static let handoffTwinsPerChunkMax = 64
    /// A data center of `racksPerDatacenterMax` racks stays below it.
    package static let handoffStateBytesMax = 16 << 20
    package static let handoffAlertsPerChunkMax = 250
    /// With so many changed twins left the owner asks for the freeze.
    package static let handoffTwinsFrozenMax = 32
    /// So often the changes since the last pass are copied before it asks all the same.
    package static let handoffPassesMax = 8
    /// Refused inputs whose bans move with a shard: 256 × 250 bytes, beside the last part.
    package static let handoffBansMax = 256
    package static let handoffPatience = Milliseconds.seconds(5)
    package static let moveReportInterval = Milliseconds(rawValue: 500)

    // MARK: queues
    package static let clientQueueMessages = 1_000
    package static let serviceQueueMessages = 10_000
    package static let instanceCreditBytes: UInt64 = 16 << 20
    package static let controlCreditShare: UInt64 = 4
    /// An instance grants anew when it has taken this part of its window since it last did.
    package static let creditGrantShare: UInt64 = 4
    package static let messagesPerTurnMax = 512
    package static let bytesPerTurnMax = 8 << 20
    package static let instancesMax = 1_024
    /// As many inputs as a batch of statuses may bring.
    package static let auditStepsPerTurnMax = 256
    package static let parentEpochsPerTurnMax = 8
    package static let alertWaitersMax = 256
    package static let alertWaitMax = Milliseconds.seconds(30)
    package static let quarantineMax = 1_000
    package static let quarantineQuestionsMax = 256
    package static let quarantinedBytesShownMax = 512 * 1_024

    // MARK: time
    package static let beatInterval = Milliseconds.seconds(1)
    package static let suspectAfter = Milliseconds.seconds(3)
    package static let lostAfter = Milliseconds.seconds(10)
    package static let commitLateAfter = Milliseconds.seconds(2)
    package static let blindBeatsMissed = 3
    package static let blindRoundTripMax = Milliseconds.seconds(2)
    package static let blindGapMax = Milliseconds.seconds(2)
    package static let turnIntervalMax = Milliseconds(rawValue: 500)
    package static let elapsedPerTurnMax = Milliseconds.seconds(1)
    package static let wallStepMin = Milliseconds.seconds(1)
    package static let auditInterval = Milliseconds.minutes(5)
    /// A part waits for the parent's commit; after this time its list is given up.
    package static let auditPartPatience = Milliseconds.seconds(5)
    package static let auditAskBackoffMin = Milliseconds.seconds(1)
    package static let floorMargin = Milliseconds.seconds(1)
    package static let reconnectBackoffMax = Milliseconds.seconds(30)
    package static let retryBackoffMin = Milliseconds(rawValue: 200)
    package static let retryBackoffMax = Milliseconds.seconds(10)
    package static let requestTimeoutDefault = Milliseconds.seconds(5)
    package static let observationLostAfter = Milliseconds.seconds(30)
    package static let observationLostSumWindow = Milliseconds.minutes(10)
    package static let observationLostSum = Milliseconds.minutes(2)
    package static let staleAfterDefault = Milliseconds.seconds(60)
    package static let staleAfterMin = Milliseconds.seconds(1)
    package static let staleAfterMax = Milliseconds.hours(24)

    // MARK: storage
    package static let alertsKept = Milliseconds.hours(24 * 30)
    package static let alertRecordsMax = 1_000_000
    package static let recentAlertsInMemory = 8_192
    package static let journalSegmentBytes = 64 << 20
    /// At it nothing new is taken.
    package static let journalBytesMax: UInt64 = 1 << 30
    /// From here on rows are written the faster the longer the journal is.
    package static let journalBytesUnhurried: UInt64 = 128 << 20
    /// From here on reports wait for rows.
    package static let journalBytesLong: UInt64 = journalBytesMax / 4 * 3
}
