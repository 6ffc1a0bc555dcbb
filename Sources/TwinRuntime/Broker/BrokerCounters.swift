/// What the broker could not pass on, since its start; refusals are counted by the machine.
struct BrokerCounters: Equatable, Sendable {
    /// Messages that were none: wrong frames, no readable envelope, an unreadable registration.
    var malformed: UInt64 = 0
    /// Replies and refusals whose receiver was full, gone, or of another broker process.
    var answersDropped: UInt64 = 0
    /// Messages of our own instances that had not registered again yet; refused, no refusals.
    var returning: UInt64 = 0
    /// Statuses, receipts and audits toward an instance that is away or full; they repeat.
    var repeatingDropped: UInt64 = 0
}
