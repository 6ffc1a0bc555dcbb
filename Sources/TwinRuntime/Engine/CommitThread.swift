package import TwinStore
internal import Synchronization
internal import TwinCore
internal import TwinWire

/// The thread that makes turns durable: append, one sync, then tell the engine.
///
/// At most one turn is here at a time while the engine gathers the next. After any disk error the
/// journal is poisoned and the thread ends with that error; nothing is retried.
package final class CommitThread: Sendable {
    private enum Job: Sendable {
        case commit(ClosedTurn)
        case drop(before: RecordNumber)
        case stop
    }

    /// A turn that is durable now, and how large the journal is.
    package struct Committed: Sendable {
        package var turn: ClosedTurn
        package var journalBytes: UInt64
        var seconds: Double
    }

    private let jobs = Mailbox<Job>()
    private let results = Mailbox<Result<Committed, StoreError>>()
    private let thread: DedicatedThread

    /// Takes the journal over; it never leaves this thread again. Tells `courtesy` of each commit.
    package init<D: Disk>(
        _ journal: consuming Journal<D>, wake: WakeSignal, courtesy: DiskCourtesy = DiskCourtesy()
    ) {
        let jobs = jobs
        let results = results
        let handover = Mutex<Journal<D>?>(consume journal)
        thread = DedicatedThread(name: "commit") {
            guard var journal = handover.withLock({ $0.take() }) else { return }
            while true {
                for job in jobs.waitForAll() {
                    do throws(StoreError) {
                        switch job {
                        case .stop: return
                        case .drop(let number): try journal.drop(before: number)
                        case .commit(let turn):
                            courtesy.commitBegins()
                            defer { courtesy.commitEnds() }
                            results.put(.success(try Self.commit(turn, to: &journal)))
                            wake.signal()
                        }
                    } catch {
                        results.put(.failure(error))
                        wake.signal()
                        throw error
                    }
                }
            }
        }
    }

    private static func commit<D: Disk>(
        _ turn: ClosedTurn, to journal: inout Journal<D>
    ) throws(StoreError) -> Committed {
        let began = SystemTime.monotonicSeconds
        if let record = turn.record {
            let number = try journal.append(record.span)
            invariant(
                number.rawValue == turn.number,
                "record \(number) where the engine counted \(turn.number)")
            _ = try journal.sync()
        }
        return Committed(
            turn: turn, journalBytes: journal.sizeBytes,
            seconds: SystemTime.monotonicSeconds - began)
    }

    package func commit(_ turn: ClosedTurn) { jobs.put(.commit(turn)) }

    /// Gives up journal segments that hold only records before this one.
    package func drop(before record: RecordNumber) { jobs.put(.drop(before: record)) }

    /// Turns that became durable since the last call; throws what the disk threw.
    package func takeCommitted() throws(StoreError) -> [Committed] {
        var committed: [Committed] = []
        for result in results.takeAll() { committed.append(try result.get()) }
        return committed
    }

    func stop() { jobs.put(.stop) }

    func finished() async throws { try await thread.finished() }
}
