package import TwinStore
internal import Dispatch

/// The thread that owns the rows: does what `RowKeeper` says, behind the journal.
package final class RowWriter: Sendable {
    private enum Job: Sendable {
        case save(PendingSlice, durable: UInt64)
        case read(AlertRead)
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
