import Foundation
import TwinClient
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire
import ZeroMQ

/// One instance as its process runs it, without sockets: turns gather behind one commit in flight,
/// journal and rows have their threads, the batches come from memory and the clocks are real.
///
/// Closed loop: always so many batches are on their way, and the next comes when one is answered.
struct EngineInstance: ~Copyable {
    private var cycle: TurnCycle<ServerService>
    private let commits: CommitThread
    private let rows: RowWriter
    private let wake: WakeSignal
    private var poller = Poller()
    private var batches: [PreparedBatch]
    private var nextBatch = 0
    private var outstanding = 0
    private var answers: [[[UInt8]]] = []
    private let inFlight: Int
    private let wallLead: Milliseconds
    private let destination: [UInt8]
    private let envelope: [UInt8]

    /// What became durable: reports with their `ok`, and the records that they are in.
    struct Work {
        var reports = 0
        var records = 0
        var recordBytes = 0
    }

    /// Since the last `run` began.
    private var work = Work()

    init(_ parts: consuming LoneInstance.Parts, inFlight: Int) {
        wake = parts.wake
        wallLead = parts.wallLead
        rows = parts.rows
        batches = parts.batches
        destination = Array("\(Destination.instance(.server, parts.core.name))".utf8)
        envelope = Envelope(kind: .request, type: .reportBatch, requestID: 1).packed
        cycle = TurnCycle(core: parts.core, durableRecord: parts.durable)
        commits = CommitThread(parts.journal, wake: parts.wake, courtesy: parts.courtesy)
        _ = poller.add(fileDescriptor: wake.fileDescriptor)
        self.inFlight = inFlight
    }

    /// Serves for so many seconds and tells what became durable.
    mutating func run(seconds: Double) throws -> Work {
        work = Work()
        let end = ClientTime.monotonicNanoseconds + Int64(seconds * 1e9)
        while ClientTime.monotonicNanoseconds < end { try turn() }
        return work
    }

    private mutating func turn() throws {
        let mustWait =
            cycle.core.awaitsRows
            || (cycle.inFlight != nil && (outstanding >= inFlight || cycle.isFull))
        let patience = mustWait ? cycle.patience(at: ClientTime.monotonicMilliseconds) : 0
        if mustWait {
            _ = try poller.wait(timeoutMilliseconds: Int(patience))
            wake.clear()
        }
        cycle.pulse(at: ClientTime.monotonicMilliseconds)
        for committed in try commits.takeCommitted() {
            cycle.committed(committed.turn, journalBytes: committed.journalBytes)
            work.records += 1
            work.recordBytes += committed.turn.record?.count ?? 0
            try release(committed.turn)
        }
        let now = ClientTime.monotonicMilliseconds
        let clock = TurnClock(monotonic: now, suspendedAware: now, wall: wall)
        cycle.open(at: clock)
        for outcome in try rows.takeOutcomes() {
            switch outcome {
            case .saved: cycle.core.sliceSaved()
            case .checkpointed(let record): commits.drop(before: record)
            case .read, .handoff, .quarantine, .quarantined: break
            }
        }
        receive()
        answers += try LoneNeighbours.answer(to: cycle.core.takeUrgent(), placementVersion: 1)
        guard cycle.inFlight == nil else { return }
        switch cycle.close() {
        case .nothing: break
        case .release(let turn): try release(turn)
        case .commit(let turn): commits.commit(turn)
        }
    }

    private mutating func receive() {
        var messages = 0
        var bytes = 0
        for frames in answers {
            cycle.receive(frames.count) { frames[$0] }
            messages += 1
        }
        answers.removeAll()
        while outstanding < inFlight, !cycle.isFull {
            let payload = batches[nextBatch].payload(at: wall)
            nextBatch = (nextBatch + 1) % batches.count
            let route = [UInt8](repeating: 0, count: Self.routeBytes)
            let frames = [route, destination, envelope, payload]
            cycle.receive(frames.count) { frames[$0] }
            outstanding += 1
            messages += 1
            bytes += payload.count
        }
        cycle.drained(messages: messages, bytes: bytes, stoppedAtLimit: false)
    }

    private mutating func release(_ turn: ClosedTurn) throws {
        for frames in turn.messages {
            let header = frames[1]
            let answer = try Envelope(header.span)
            guard answer.kind == .reply, answer.type == .reportBatch else { continue }
            let payload = frames[2]
            let reply = try Payload.unpack(
                ReportBatchReply.self, from: payload.span, of: .reportBatch)
            guard reply.ok else {
                throw BenchError("a batch was not taken whole: \(reply.refused)")
            }
            work.reports += reply.accepted
            outstanding -= 1
        }
        answers += try LoneNeighbours.answer(to: turn.messages, placementVersion: 1)
        if let slice = turn.slice { rows.save(slice, durable: cycle.durableRecord) }
    }

    private var wall: Timestamp { ClientTime.wall + wallLead }

    private static let routeBytes = 16
}
