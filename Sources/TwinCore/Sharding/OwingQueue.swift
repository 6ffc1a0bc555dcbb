/// What an instance's twins owe their parents: one FIFO per parent instance, one batch in flight.
///
/// The next batch goes on receipt or after a back-off of 0.2 → 10 s. Debts whose parent has no
/// owner wait aside, bounded by the number of twins (each twin is queued once per parent).
/// Pure: time is monotonic milliseconds, request ids come from outside.
package struct OwingQueue: Sendable {
    private struct Channel: Sendable {
        let instance: InstanceName
        var waiting: [Debt] = []
        var head = 0
        var inFlight: Batch?
        var backoff = Limits.retryBackoffMin
        var notBefore: Int64 = 0

        var waitingCount: Int { waiting.count - head }

        mutating func takeBatch() -> [Debt] {
            let end = min(head + Limits.statusesPerBatchMax, waiting.count)
            let batch = Array(waiting[head..<end])
            head = end
            if head == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                head = 0
            }
            return batch
        }
    }

    /// A batch on its way to one parent instance.
    package struct Batch: Sendable, Equatable {
        package let requestID: UInt64
        package let debts: [Debt]
        let sentAt: Int64
    }

    /// Ascending by instance name.
    private var channels: [Channel] = []
    private var homeless: [Debt] = []
    private var queued: Set<Debt> = []

    package init() {}

    /// Debts waiting or in flight, for `status`.
    package var count: Int { queued.count }

    /// Queues a debt toward the instance that owns its parent; nil = nobody does now.
    /// A debt that is queued or in flight already is not queued again: the batch reads the twin's
    /// state when it is built, and a receipt of an older version leaves the debt standing.
    package mutating func owe(_ debt: Debt, to instance: InstanceName?) {
        guard queued.insert(debt).inserted else { return }
        place(debt, at: instance)
    }

    private mutating func place(_ debt: Debt, at instance: InstanceName?) {
        guard let instance else {
            homeless.append(debt)
            return
        }
        channels[channelIndex(of: instance)].waiting.append(debt)
    }

    private mutating func channelIndex(of instance: InstanceName) -> Int {
        if let index = channels.firstIndex(where: { $0.instance >= instance }) {
            if channels[index].instance == instance { return index }
            channels.insert(Channel(instance: instance), at: index)
            return index
        }
        channels.append(Channel(instance: instance))
        return channels.count - 1
    }

    /// Finds an owner for every waiting debt anew, after a change of placement.
    package mutating func replace(_ owner: (Debt) -> InstanceName?) {
        let waiting = homeless + channels.flatMap { $0.waiting[$0.head...] }
        homeless.removeAll()
        for index in channels.indices {
            channels[index].waiting.removeAll()
            channels[index].head = 0
        }
        for debt in waiting { place(debt, at: owner(debt)) }
    }

    /// The next batch of a channel that is free and due; call until nil.
    package mutating func nextBatch(
        requestID: UInt64, at now: Int64
    ) -> (instance: InstanceName, batch: Batch)? {
        for index in channels.indices
        where channels[index].inFlight == nil && channels[index].waitingCount > 0
            && channels[index].notBefore <= now
        {
            let batch = Batch(
                requestID: requestID, debts: channels[index].takeBatch(), sentAt: now)
            channels[index].inFlight = batch
            return (channels[index].instance, batch)
        }
        return nil
    }

    /// The debts of the batch that is in flight under this id; empty when none is.
    package func debts(inFlight requestID: UInt64) -> [Debt] {
        channels.first { $0.inFlight?.requestID == requestID }?.inFlight?.debts ?? []
    }

    /// The batch was answered; what still holds of its debts is to be owed again.
    /// - Parameter hasProgress: false when the answer settled nothing: then the next batch waits.
    package mutating func answered(_ requestID: UInt64, hasProgress: Bool, at now: Int64) {
        guard hasProgress else {
            _ = failed(requestID, at: now)
            return
        }
        _ = finish(requestID, at: now) { channel in
            channel.backoff = Limits.retryBackoffMin
            channel.notBefore = now
        }
    }

    /// The batch was refused or could not be sent: the next one waits for the back-off.
    /// - Returns: the debts of the batch.
    package mutating func failed(_ requestID: UInt64, at now: Int64) -> [Debt] {
        finish(requestID, at: now) { channel in
            channel.notBefore = now + channel.backoff.rawValue
            channel.backoff = min(2 * channel.backoff, Limits.retryBackoffMax)
        }
    }

    /// Batches without an answer for too long, as failed; their debts are given back.
    package mutating func expire(at now: Int64) -> [Debt] {
        var debts: [Debt] = []
        for index in channels.indices {
            guard let batch = channels[index].inFlight else { continue }
            let patience = max(channels[index].backoff, OwingQueue.patienceMin).rawValue
            if now - batch.sentAt >= patience { debts += failed(batch.requestID, at: now) }
        }
        return debts
    }

    /// A twin is gone or its shard moved away: what it owed is forgotten when its turn comes.
    package mutating func forget(_ debt: Debt) { queued.remove(debt) }

    /// A shard moved away: what its twins owe is its new owner's to tell. What is in flight ends
    /// with its answer.
    package mutating func forget(shard: UInt16) {
        for debt in homeless where debt.shard == shard { queued.remove(debt) }
        homeless.removeAll { $0.shard == shard }
        for index in channels.indices {
            let waiting = channels[index].waiting[channels[index].head...]
            for debt in waiting where debt.shard == shard { queued.remove(debt) }
            channels[index].waiting = waiting.filter { $0.shard != shard }
            channels[index].head = 0
        }
    }

    private mutating func finish(
        _ requestID: UInt64, at now: Int64, _ change: (inout Channel) -> Void
    ) -> [Debt] {
        guard let index = channels.firstIndex(where: { $0.inFlight?.requestID == requestID }),
            let batch = channels[index].inFlight
        else { return [] }
        channels[index].inFlight = nil
        change(&channels[index])
        for debt in batch.debts { queued.remove(debt) }
        return batch.debts
    }

    /// An answer waits for the parent's commit; below this a repeat would only add load.
    private static let patienceMin = Milliseconds.seconds(2)
}
