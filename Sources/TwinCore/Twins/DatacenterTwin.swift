/// The twin of a data center: the big picture of its racks, what they share, and the verdict.
///
/// Born by the first rack status that names it. After its shard's birth or under a new epoch it is
/// *unknown*, and judges nothing that racks share, until each rack shard has told which racks it
/// has.
package struct DatacenterTwin: ParentTwin, Codable {
    package typealias ChildStatus = RackStatus

    package enum Input: Sendable, Equatable {
        case status(ChildMessage<RackStatus>)
        case command(TwinCommand)
        case timer
        /// The set of unheard rack shards changed.
        case childShards
        /// The set of shards of both tiers below that nobody hears changed.
        case observation(ObservationReport)
    }

    package static var tier: Tier { .dc }
    package static var timerInput: Input { .timer }
    package static var childShardsInput: Input { .childShards }

    /// How racks are correlated.
    static let model = DatacenterModel()

    package let key: TwinKey
    package let ordinal: UInt32
    package internal(set) var book: IncidentBook
    /// Sorted by key, at most `Limits.racksPerDatacenterMax`.
    package internal(set) var racks: [DatacenterRack] = []
    package internal(set) var strangers = RackStrangers()
    /// Shared troubles whose incidents live, in the order in which they were seen.
    package internal(set) var troubles: [DatacenterTrouble] = []
    package internal(set) var observation = DatacenterObservation()
    package internal(set) var verdict = Verdict.unknown
    package internal(set) var verdictSince: Timestamp
    package internal(set) var counts = DatacenterCounts()
    package internal(set) var modelDue: Elapsed?
    /// How many rack shards had not told which racks they have, at the last step; nil = none.
    package internal(set) var unansweredShards: Int?
    /// `staleness`; nil when everything is heard, which is also what rows of older releases say.
    package private(set) var silences: DatacenterStaleness?

    package init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext
    ) {
        self.key = key
        self.ordinal = ordinal
        book = IncidentBook(
            address: TwinAddress(tier: .dc, key: key),
            highestNumber: max(firstIncidentNumber, 1) - 1)
        book.location.dc = key.description
        verdictSince = context.wall
    }

    /// Which shards below are silent, and since when.
    package private(set) var staleness: DatacenterStaleness {
        get { silences ?? DatacenterStaleness() }
        set { silences = newValue.isEmpty ? nil : newValue }
    }

    package static func input(for command: TwinCommand) -> Input { .command(command) }
    package static func input(for message: ChildMessage<RackStatus>) -> Input {
        .status(message)
    }

    package var nextDue: Elapsed? {
        guard let own = modelDue else { return book.nextDue }
        return book.nextDue.map { min($0, own) } ?? own
    }

    package var statusWord: String { verdict.rawValue }

    package var isRemovable: Bool {
        racks.isEmpty && book.incidents.isEmpty && book.maintenance.isEmpty
    }

    package func admission(of command: TwinCommand, in context: StepContext) -> Admission {
        book.admission(of: command, in: context)
    }

    package mutating func step(
        _ input: Input, in context: StepContext, effects: inout StepEffects
    ) {
        book.advance(in: context, effects: &effects)
        var escalated: TwinKey?
        switch input {
        case .status(let message):
            let isWorse = take(message, in: context)
            guard isWorse || message.status == nil else {
                // Racks tell in bursts, and to judge is a pass over all of them: once for the turn,
                // by the timer that is due in it.
                modelDue = context.elapsed
                return
            }
            if isWorse { escalated = message.child }
        case .command(let command):
            book.carryOut(command, in: context, effects: &effects)
        case .observation(let report):
            observation.take(report, at: context.elapsed)
        case .timer, .childShards:
            break
        }
        for index in racks.indices {
            racks[index].isHeard = !context.unheardChildShards.contains(racks[index].shard)
        }
        let unanswered = context.unansweredChildShards
        unansweredShards = unanswered == 0 ? nil : unanswered
        judgeObservation(in: context, effects: &effects)
        judgeStaleness(in: context)
        judgeTroubles(in: context, effects: &effects)
        refold(escalated: escalated, in: context)
        judgeVerdict(in: context, effects: &effects)
    }
    /// Notes since when shards below are silent, and wakes the twin when that gets too long.
    private mutating func judgeStaleness(in context: StepContext) {
        staleness.follow(context.unheardChildShards, in: .rack, context: context)
        staleness.follow(observation.report.servers, in: .server, context: context)
        guard let due = staleness.nextDue(staleAfter: context.configuration.staleAfter) else {
            return
        }
        modelDue = modelDue.map { min($0, due) } ?? due
    }
}
