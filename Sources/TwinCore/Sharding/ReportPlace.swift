/// Where the twin of a report is.
package enum ReportPlace: Sendable {
    case slot(Int)
    /// The shard is served here and has no such twin.
    case nowhere
    /// The shard is served by somebody else.
    case elsewhere
}
