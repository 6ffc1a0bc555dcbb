/// What became of a report that was taken; each of them is `ok`, and the sender may forget it.
package enum ReportOutcome: String, Sendable, Codable, CaseIterable {
    /// Newer than the newest: judged.
    case accepted
    /// Inside the window: stored in place, no verdict on the past.
    case late
    /// This time is known: the first values stand.
    case duplicate
    /// Older than the window: dropped, but heard.
    case tooOld
}
