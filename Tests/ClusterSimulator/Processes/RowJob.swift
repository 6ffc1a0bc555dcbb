import TwinRuntime

/// What an instance asks of its rows, one after the other.
enum RowJob {
    /// Writes a slice whose records are durable up to `durable`.
    case save(PendingSlice, durable: UInt64)
    case read(AlertRead)
    case handoff(HandoffJob)
}
