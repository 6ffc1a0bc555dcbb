/// The twin of one rack: what its servers tell, correlated into rack incidents and a verdict.
///
/// Born by the first status that names it; lives while it has members, open incidents,
/// maintenance or a word it still owes a data center. *Unknown* until its members have been there
/// two intervals, and, after its shard's birth or under a new epoch, until each server shard has
/// told which servers it has.
package struct RackTwin: ChildTwin, ParentTwin, Codable {
    package typealias Status = RackStatus
    package typealias ChildStatus = ServerStatus

    package enum Input: Sendable, Equatable {
        case status(ChildMessage<ServerStatus>)
        case receipt(Receipt)
        case command(TwinCommand)
        case timer
        /// The set of unheard server shards changed.
        case childShards
    }

    package static var tier: Tier { .rack }
    package static var timerInput: Input { .timer }
    package static var childShardsInput: Input { .childShards }

    /// How members are correlated; see `RackModel`.
    static let model = RackSignatureModel()

    package let key: TwinKey
    package let ordinal: UInt32
    package internal(set) var book: IncidentBook
    /// Sorted by key, at most `Limits.membersPerRackMax`.
    package internal(set) var members: [RackMember] = []
    package internal(set) var strangers = RackStrangers()
    package internal(set) var outage: RackOutage?
    /// When the last outage was over; likeness waits a little after it.
    package internal(set) var outageOver: Elapsed?
    /// What the data center should hold; nil without members.
    package internal(set) var status: RackStatus?
    package internal(set) var version: Version
    package internal(set) var verdict = Verdict.unknown
    package internal(set) var verdictSince: Timestamp
    package internal(set) var unknownReason: String?
    /// What data centers have receipted: the present one and former ones, sorted by key.
    package internal(set) var receipted: [RackReceipted] = []
    /// The present data center's fold set that this twin has applied.
    package internal(set) var foldsVersion = Version.none
    /// What that fold set says of silences that the data center sees; nil in rows of before.
    package private(set) var toldSilences: [SharedSilence]?
    /// When quorum or an outage's end must be looked at again.
    package internal(set) var modelDue: Elapsed?

    package init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext
    ) {
        self.key = key
        self.ordinal = ordinal
        book = IncidentBook(
            address: TwinAddress(tier: .rack, key: key),
            highestNumber: max(firstIncidentNumber, 1) - 1)
        book.location.rack = key.description
        version = context.version
        verdictSince = context.wall
    }

    package static func input(for command: TwinCommand) -> Input { .command(command) }
    package static func input(for receipt: Receipt) -> Input { .receipt(receipt) }
    package static func input(for message: ChildMessage<ServerStatus>) -> Input {
        .status(message)
    }

    package var nextDue: Elapsed? {
        guard let own = modelDue else { return book.nextDue }
        return book.nextDue.map { min($0, own) } ?? own
    }

    package var statusWord: String { verdict.rawValue }

    /// Silences that the data center sees over many racks and this one has a part in.
    package internal(set) var sharedSilences: [SharedSilence] {
        get { toldSilences ?? [] }
        set { toldSilences = newValue }
    }

    package var isRemovable: Bool {
        members.isEmpty && book.incidents.isEmpty && book.maintenance.isEmpty
            && owedParents.isEmpty && receipted.isEmpty
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
            if take(message, in: context) { escalated = message.child }
        case .receipt(let receipt):
            take(receipt, in: context, effects: &effects)
        case .command(let command):
            book.carryOut(command, in: context, effects: &effects)
        case .timer, .childShards:
            break
        }
        settleDatacenter(in: context, effects: &effects)
        let opinions = judge(in: context, effects: &effects)
        refold(by: opinions, escalated: escalated, in: context)
        conclude(in: context, effects: &effects)
    }
}

/// What one data center has receipted of a rack.
package struct RackReceipted: Equatable, Sendable, Codable {
    package let dc: TwinKey
    package var version: Version
}
