internal import TwinCore

/// How long something lasts, given by points of its distribution; straight between them.
struct DurationQuantiles {
    /// (share of all that is shorter, length), ascending, from share 0 to share 1.
    let points: [(share: Double, length: Milliseconds)]

    /// The length that `share` (0…1) of all stay below.
    func length(at share: Double) -> Milliseconds {
        for (from, to) in zip(points, points.dropFirst()) where share <= to.share {
            let part = (share - from.share) / (to.share - from.share)
            let span = Double((to.length - from.length).rawValue)
            return from.length + Milliseconds(rawValue: Int64(span * part))
        }
        return points.last?.length ?? .zero
    }
}
