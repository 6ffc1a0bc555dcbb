package import TwinStore
internal import Dispatch

/// The thread that owns the rows: does what `RowKeeper` says, behind the journal.
package final class RowWriter: Sendable {
    private enum Job: Sendable {
        case save(PendingSlice, durable: UInt64)
        case read(AlertRead)
        case handoff(HandoffJob)
        case keep(Quarantine.Kept)
        case quarantine(QuarantineQuestion)
        case forget([Int64])
        case stop
    }

    private let jobs = Mailbox<Job>()
    private let results = Mailbox<Result<RowOutcome, StoreError>>()
    private let isEnded = DispatchSemaphore(value: 0)
    private let thread: DedicatedThread

    package init(_ rows: RowStore, wake: WakeSignal) {
        let jobs = jobs
        let results = results
        let isEnded = isEnded
        thread = DedicatedThread(name: "rows") {
            defer { isEnded.signal() }
            var keeper = RowKeeper(rows)
            while true {
                for job in jobs.waitForAll() {
                    do throws(StoreError) {
                        switch job {
                        case .stop:
                            try rows.close()
                            return
                        case .save(let slice, let durable):
                            for outcome in try keeper.save(slice, durable: durable) {
                                results.put(.success(outcome))
                            }
                        case .read(let read):
                            results.put(.success(try keeper.read(read)))
                        case .handoff(let job):
                            for outcome in try keeper.perform(job) {
                                results.put(.success(outcome))
                            }
                        case .keep(let kept):
                            results.put(.success(.quarantined(try Self.keep(kept, in: rows))))
                        case .quarantine(let question):
                            let finding = try Self.answer(question.kind, in: rows)
                            results.put(.success(.quarantine(question, finding)))
                        case .forget(let ids):
                            for id in ids { _ = try rows.removeQuarantined(id: id) }
                            results.put(.success(.quarantined(try rows.quarantinedCount())))
                        }
                        wake.signal()
                    } catch {
                        results.put(.failure(error))
                        wake.signal()
                        throw error
                    }
                }
            }
        }
    }

    package func save(_ slice: PendingSlice, durable: UInt64) {
        jobs.put(.save(slice, durable: durable))
    }

    func read(_ read: AlertRead) { jobs.put(.read(read)) }

    /// Does what a move asks for.
    func perform(_ job: HandoffJob) { jobs.put(.handoff(job)) }

    /// Puts a refused message into quarantine.
    func keep(_ kept: Quarantine.Kept) { jobs.put(.keep(kept)) }

    /// Answers a question about the quarantine.
    func answer(_ question: QuarantineQuestion) { jobs.put(.quarantine(question)) }

    /// Takes messages that were handed back out of quarantine.
    func forget(_ ids: [Int64]) { jobs.put(.forget(ids)) }

    package func takeOutcomes() throws(StoreError) -> [RowOutcome] {
        var outcomes: [RowOutcome] = []
        for result in results.takeAll() { outcomes.append(try result.get()) }
        return outcomes
    }

    /// Returns when everything asked before is done and the file is closed: a process that ended
    /// earlier would leave the rows in SQLite's log.
    func stop() {
        jobs.put(.stop)
        isEnded.wait()
        isEnded.signal()
    }

    func finished() async throws { try await thread.finished() }
}
