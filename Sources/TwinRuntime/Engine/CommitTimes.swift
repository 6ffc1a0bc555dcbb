/// The durations of the last commits, for the p99 that `status` shows.
struct CommitTimes: Sendable {
    private static let kept = 1_000
    private var seconds: [Double] = []
    private var next = 0

    mutating func note(_ duration: Double) {
        if seconds.count < CommitTimes.kept {
            seconds.append(duration)
        } else {
            seconds[next] = duration
            next = (next + 1) % CommitTimes.kept
        }
    }

    /// The duration that 99 of 100 commits do not exceed; 0 before the first.
    var p99: Double {
        guard !seconds.isEmpty else { return 0 }
        return seconds.sorted()[min(seconds.count - 1, seconds.count * 99 / 100)]
    }
}
