import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// One instance core with its journal kept as a list, driven without threads, sockets and clocks.
struct InstanceNode<Service: TierService> {
    var core: InstanceCore<Service>
    /// Messages that the next turn finds.
    var inbox: [[[UInt8]]] = []
    /// The journal: record 1 is the first.
    var records: [[UInt8]] = []
    /// Where slices go; nil = they are dropped as if saved.
    var rows: RowStore?
    /// Every slice so far, for what rows must never be ahead of.
    var slices: [(slice: PendingSlice, durable: UInt64)] = []
    /// What the core is told of its journal's length.
    var journalBytes: UInt64 = 0
    /// Each turn asks for rows as one does that has journalled a megabyte.
    var hurriesRows = false
    /// Records appended and not yet durable, with what waits for them.
    var isDiskHeld = false
    private(set) var held: ClosedTurn?
    /// False: slices wait, the first until `releaseRows`, as behind a slow database.
    var savesRows = true
    private var unsaved: RowSlice?

    init(_ name: String, nonce: UInt64) throws {
        core = InstanceCore(
            name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: nonce,
            identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
            running: .zero, nextRecord: 1)
    }

    /// One pass of the engine; what it gives back may leave: beats, then what is committed.
    mutating func turn(at clock: TurnClock) throws -> [[[UInt8]]] {
        core.pulse(at: clock.monotonic, oldestTurnMilliseconds: 0)
        var sent: [[[UInt8]]] = []
        if held == nil { core.begin(clock) }
        for message in inbox { core.receive(message.count) { message[$0] } }
        inbox.removeAll()
        try serveQuarantine()
        core.drained(stoppedAtLimit: false)
        try readOldAlerts()
        if core.identityToStore != nil { core.identityStored() }
        sent += core.takeUrgent()
        guard held == nil else { return sent }
        if hurriesRows {
            core.slicing.noteJournalled(1 << 20, journalBytes: Limits.journalBytesMax)
        }
        guard
            let closed = core.close(
                durableRecord: UInt64(records.count), journalBytes: journalBytes)
        else { return sent }
        if isDiskHeld, closed.record != nil {
            held = closed
            return sent
        }
        return sent + (try commit(closed))
    }

    /// The rows' thread answers readers of old records.
    private mutating func readOldAlerts() throws {
        guard let rows else { return }
        let reads = core.alertReads
        core.alertReads.removeAll()
        let keeper = RowKeeper(rows)
        for read in reads {
            if case .read(let found) = try keeper.read(read) { core.alertsRead(found) }
        }
    }

    /// The disk ends its sync: what waited for it may leave.
    mutating func releaseDisk() throws -> [[[UInt8]]] {
        isDiskHeld = false
        defer { held = nil }
        return try held.map { try commit($0) } ?? []
    }

    private mutating func commit(_ closed: ClosedTurn) throws -> [[[UInt8]]] {
        if let record = closed.record {
            records.append(record)
            #expect(UInt64(records.count) == closed.number)
        }
        if let slice = closed.slice {
            let durable = UInt64(records.count)
            slices.append((slice, durable))
            unsaved = RowSlice(slice, durable: durable)
            if savesRows { try saveSlice() }
        }
        for id in closed.requeued {
            _ = try rows?.removeQuarantined(id: id)
            core.quarantine.count = try rows?.quarantinedCount() ?? 0
        }
        return closed.messages
    }

    /// What the rows' thread does for the quarantine, at once.
    private mutating func serveQuarantine() throws {
        guard let rows else { return }
        for kept in core.quarantine.takeKept() {
            core.quarantine.count = try RowWriter.keep(kept, in: rows)
        }
        for question in core.quarantine.takeQuestions() {
            core.quarantineFound(try RowWriter.answer(question.kind, in: rows), for: question)
        }
    }

    private mutating func saveSlice() throws {
        guard let slice = unsaved else { return }
        try rows?.save(slice)
        core.sliceSaved()
        unsaved = nil
    }

    /// Slices are saved again, the waiting one first.
    mutating func releaseRows() throws {
        savesRows = true
        try saveSlice()
    }

    // MARK: restart

    /// A core that starts from the rows (none: from nothing) and the journal.
    /// - Parameters:
    ///   - identity: what the identity file says; nil = what it said.
    ///   - prepare: done to the core before it reads anything.
    func recovered(
        from rows: RowStore, nonce: UInt64 = 99, identity: MemberIdentity? = nil,
        prepare: (inout InstanceCore<Service>) throws -> Void = { _ in }
    ) throws -> InstanceCore<Service> {
        let disk = MemoryDisk()
        var journal = try Journal(on: disk, salt: 7)
        for record in records { _ = try journal.append(record.span) }
        _ = try journal.sync()
        var core = InstanceCore<Service>(
            name: core.name, softwareVersion: "1.0.0", processNonce: nonce,
            identity: identity ?? core.identity, running: .zero,
            nextRecord: UInt64(records.count) + 1)
        try prepare(&core)
        _ = try Recovery.run(
            &core, rows: rows, journal: journal, from: try rows.meta().journalFrom)
        for kept in core.quarantine.takeKept() {
            core.quarantine.count = try RowWriter.keep(kept, in: rows)
        }
        return core
    }

    /// Everything of a core that must survive, by name, in bytes.
    static func durableState(of core: InstanceCore<Service>) throws -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for index in core.ownedIndices {
            guard let shard = core.shards[index] else { continue }
            let name = "\(shard.id) \(shard.epoch)"
            parts["\(name) position \(shard.position)"] = []
            parts["\(name) next ordinal \(shard.nextOrdinal)"] = []
            parts["\(name) highest incident \(shard.highestIncident)"] = []
            parts["\(name) alerts \(shard.alertSequence)"] = []
            parts["\(name) offset \(shard.elapsedOffset)"] = []
            parts["\(name) conditions"] = try MsgpackEncoder.encode(shard.conditions)
            parts["\(name) metric sets"] = try MsgpackEncoder.encode(shard.metricSets)
            parts["\(name) parent epochs"] = try MsgpackEncoder.encode(shard.parentEpochs)
            parts["\(name) profiles"] = try MsgpackEncoder.encode(shard.profiles)
            for slot in shard.slots {
                guard let twin = slot.twin else { continue }
                parts["\(name) \(twin.key) \(twin.ordinal) at \(slot.position)"] =
                    try MsgpackEncoder.encode(twin)
            }
        }
        return parts
    }

    /// The names of what differs between this core and another; empty = equal bit by bit.
    func differences(to other: InstanceCore<Service>) throws -> [String] {
        let live = try Self.durableState(of: core)
        let found = try Self.durableState(of: other)
        return Set(live.keys).union(found.keys).filter { live[$0] != found[$0] }.sorted()
    }
}
