import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Breaks one instance on purpose, between its production pieces. Without a mutation it does
/// nothing; with one it spoils some of what passes by, the same in every run of a plan.
///
/// `+Core` tampers with twins and their inputs, `+Messages` with what is read and sent, `+Handoff`
/// with shards that change owners.
struct Saboteur<Service: TierService> {
    let mutation: Mutation?
    /// Opportunities so far: only every n-th is used, so that the cluster lives on.
    private var opportunities = 0

    // MARK: what it remembers
    /// Something was gathered while a commit was in flight.
    private var isHeld = false
    /// A start is over and its first turn is still to come.
    var hasJustStarted = false
    var lateCommands: [(shard: Int, input: ShardInput<Service.Twin.Input>)] = []
    var repeatedAt: UInt64 = 0
    var twice: UInt64 = 0
    /// Servers whose status of this version never leaves.
    var withheld: [TwinKey: Version] = [:]
    var statusesTaken = 0
    /// By shard index: until when it was blind, which its twins were not told.
    var deniedUntil: [Int: Elapsed] = [:]
    /// Folds that a child once had.
    var keptFolds: [TwinKey: [FoldEntry]] = [:]
    /// Copies that leave without their tail, by shard index.
    var shortCopies: [UInt16: ShortCopy] = [:]
    /// What the broker could send in vain: a gift with every beat.
    var creditGiven: UInt64 = 0

    init(_ mutation: Mutation?) { self.mutation = mutation }

    /// True at every n-th call for the instance's mutation.
    mutating func strikes(_ wanted: Mutation, every count: Int = 1) -> Bool {
        guard mutation == wanted else { return false }
        opportunities += 1
        return opportunities % count == 0
    }

    // MARK: the durable turn

    /// The next slice does not wait for the one before.
    var hurriesRows: Bool { mutation == .rowsWithoutLimit }

    var dropsJournalEarly: Bool { mutation == .journalDroppedEarly }

    /// A journal that rolls often shows soonest what is dropped too early.
    func segmentBytes(_ planned: UInt64) -> UInt64 {
        dropsJournalEarly ? 8 * StoreLimits.segmentBytesMin : planned
    }

    /// Notes messages that were read behind a commit.
    mutating func drained(_ messages: Int, isBehindCommit: Bool) {
        if messages > 0, isBehindCommit { isHeld = true }
    }

    /// Whether the record of the turn that closes now is never written.
    mutating func losesRecord() -> Bool {
        defer { isHeld = false }
        return isHeld && strikes(.loseHeldTurn)
    }

    // MARK: recovery

    /// A start that finds damage believes its rows.
    var overlooksDamage: Bool { mutation == .damageOverlooked }

    /// Recovers as production does, or not quite.
    mutating func recover<D: Disk>(
        _ core: inout InstanceCore<Service>, rows: some Rows, journal: borrowing Journal<D>,
        from first: RecordNumber
    ) throws(StoreError) {
        hasJustStarted = true
        guard mutation == .recoverySkipsLastRecord, first < journal.lastRecord else {
            _ = try Recovery.run(&core, rows: rows, journal: journal, from: first)
            return spoil(&core)
        }
        let last = journal.lastRecord
        _ = try Recovery.run(&core, rows: rows, journal: journal, from: last.next)
        try journal.replay(from: first) { number, bytes throws(StoreError) in
            guard number < last else { return }
            do {
                try Recovery.replay(bytes, number: number.rawValue, into: &core)
            } catch {
                throw StoreError(.corrupt, "record \(number): \(error)")
            }
        }
        Recovery.finish(&core)
    }
}
