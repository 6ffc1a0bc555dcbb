internal import Msgpack
package import TwinCore
package import TwinStore
internal import TwinWire

/// The turns of one instance without threads, sockets and files: which turn is open, which is on
/// its way to the disk, and what may leave when.
///
/// One commit is in flight at most; meanwhile the next turn gathers, and nothing of a turn leaves
/// before its record is durable. The engine runs it between a socket and two threads, the cluster
/// simulator between a simulated network and a simulated disk. A pass is, in this order: `pulse`,
/// `committed` for what became durable, `open`, row outcomes, `receive` and `drained` unless
/// `isFull`, identity, urgent messages, `close`.
package struct TurnCycle<Service: TierService>: Sendable {
    /// What a closed turn asks for.
    package enum Closing: Sendable {
        /// A commit is in flight, or there is nothing to write and nothing to send.
        case nothing
        /// It wrote nothing and everything before it is durable: its messages may leave.
        case release(ClosedTurn)
        /// Its record must be durable first; `committed` gives it back.
        case commit(ClosedTurn)
    }

    package var core: InstanceCore<Service>
    /// The turn whose record is on its way to the disk.
    package private(set) var inFlight: ClosedTurn?
    /// The last record that a power cut cannot take.
    package private(set) var durableRecord: UInt64
    package private(set) var journalBytes: UInt64 = 0

    private var isTurnOpen = false
    private var openMessages = 0
    private var openBytes = 0

    /// So much may gather behind one commit; then the socket waits.
    private static var gatheredMessagesMax: Int { 8 * Limits.messagesPerTurnMax }
    private static var gatheredBytesMax: Int { 4 * Limits.bytesPerTurnMax }

    package init(core: InstanceCore<Service>, durableRecord: UInt64) {
        self.core = core
        self.durableRecord = durableRecord
    }

    /// The open turn has gathered as much as it may: the socket waits for the commit, or for rows.
    package var isFull: Bool {
        openMessages >= Self.gatheredMessagesMax || openBytes >= Self.gatheredBytesMax
            || core.awaitsRows
    }

    /// How long nothing but a message, a commit or a beat needs a pass, in milliseconds.
    ///
    /// Behind a commit only its end, a message or the next beat matter: the turn's own time stands
    /// still.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    package mutating func patience(at monotonic: Int64) -> Int64 {
        guard inFlight == nil else { return Limits.turnIntervalMax.rawValue }
        return max(0, min(core.nextWake() - monotonic, Limits.turnIntervalMax.rawValue))
    }

    package func oldestTurnMilliseconds(at monotonic: Int64) -> Int64 {
        inFlight.map { monotonic - $0.closedAt } ?? 0
    }

    // MARK: a pass, in order

    /// Tells the time; the beat that is due is made.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    package mutating func pulse(at monotonic: Int64) {
        core.pulse(
            at: monotonic, oldestTurnMilliseconds: oldestTurnMilliseconds(at: monotonic))
    }

    /// The turn in flight is durable: its messages may leave now, its rows may be written.
    package mutating func committed(_ turn: ClosedTurn, journalBytes: UInt64) {
        inFlight = nil
        if turn.record != nil { durableRecord = turn.number }
        self.journalBytes = journalBytes
    }

    /// Begins a turn unless one is open already, gathering behind a commit.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    package mutating func open(at clock: @autoclosure () -> TurnClock) {
        guard !isTurnOpen else { return }
        core.begin(clock())
        isTurnOpen = true
    }

    /// Takes one message of a drain.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    package mutating func receive(_ frames: Int, frame: (Int) -> [UInt8]) {
        core.receive(frames, frame: frame)
    }

    /// A drain of the socket ended after so much; more was waiting when `stoppedAtLimit`.
    package mutating func drained(messages: Int, bytes: Int, stoppedAtLimit: Bool) {
        core.drained(stoppedAtLimit: stoppedAtLimit)
        openMessages += messages
        openBytes += bytes
    }

    /// Closes the open turn, unless a commit is in flight.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    package mutating func close() -> Closing {
        guard inFlight == nil else { return .nothing }
        isTurnOpen = false
        openMessages = 0
        openBytes = 0
        guard
            let turn = core.close(durableRecord: durableRecord, journalBytes: journalBytes)
        else { return .nothing }
        // Everything before is durable: what wrote nothing may go at once.
        guard turn.record != nil else { return .release(turn) }
        inFlight = turn
        return .commit(turn)
    }

    // MARK: a broken disk

    /// What those are told who wait for an answer of the turn that the disk lost.
    package func refusals(for error: StoreError) throws(Refusal) -> [[[UInt8]]] {
        let refusal = Refusal(
            .storageFailed, "\(core.name) cannot write and stops: \(error.sentence)",
            hint: "make room or replace the disk, then start the instance again")
        let payload = Payload.pack(RefusalPayload(refusal))
        var refusals: [[[UInt8]]] = []
        for frames in inFlight?.messages ?? [] where frames.count == Self.replyFrames {
            let header = frames[1]
            let envelope = try Envelope(header.span)
            guard envelope.kind == .reply else { continue }
            refusals.append(
                [frames[0], envelope.reply(.refused, from: core.source).packed, payload])
        }
        return refusals
    }

    /// Route, envelope, payload.
    private static var replyFrames: Int { 3 }
}
