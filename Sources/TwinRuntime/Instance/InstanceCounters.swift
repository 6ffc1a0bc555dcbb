/// What an instance counts about itself; not durable, shown by `status`.
package struct InstanceCounters: Sendable {
    /// Journalled inputs since the start.
    package var inputs: UInt64 = 0
    /// Refusals since the start, by code.
    package var refused: [String: UInt64] = [:]
    package var malformed: UInt64 = 0
    /// Bytes of requests taken over this connection, for the credit.
    package var bytesTaken: UInt64 = 0
    /// Shards that the placement says are ours and born, and that are not in our files.
    package var lostShards = 0
    /// Receipts of owners that have lost their parent shard since, dropped.
    package var staleReceipts: UInt64 = 0
    /// Steps of the wall clock of more than a second.
    package var wallSteps: UInt64 = 0

    package init() {}
}
