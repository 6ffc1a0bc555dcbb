/// One thing that a server's status may show; signature rows are made of these.
package enum SignatureCondition: Equatable, Sendable {
    /// An incident of this kind is pending or open.
    case incident(IncidentKind)
    /// The digest's measure is known and at least this value.
    case above(Digest.Measure, Double)
    /// The digest's measure is known and below this value.
    case below(Digest.Measure, Double)
    /// The measure lies at least so many buckets (19 % each) above the member's own reference.
    case risen(Digest.Measure, buckets: Int)
    /// The measure lies at least so many buckets (19 % each) below the member's own reference.
    case fallen(Digest.Measure, buckets: Int)
    /// The measure is known and has not fallen by two buckets.
    case steady(Digest.Measure)
    /// The digest has no such measure.
    case absent(Digest.Measure)

    /// Buckets below the reference from which a measure is no longer steady.
    private static let unsteadyBuckets = 2

    /// Whether `status` shows it; `reference` is what the member's digest usually is.
    package func holds(for status: ServerStatus, reference: Digest) -> Bool {
        switch self {
        case .incident(let kind):
            status.incidents.contains { $0.kind == kind && $0.isBurning }
        case .above(let measure, let limit):
            status.digest[measure].map { $0 >= limit } ?? false
        case .below(let measure, let limit):
            status.digest[measure].map { $0 < limit } ?? false
        case .risen(let measure, let buckets):
            change(of: measure, status.digest, reference).map { $0 >= buckets } ?? false
        case .fallen(let measure, let buckets):
            change(of: measure, status.digest, reference).map { $0 <= -buckets } ?? false
        case .steady(let measure):
            change(of: measure, status.digest, reference)
                .map { $0 > -SignatureCondition.unsteadyBuckets } ?? false
        case .absent(let measure):
            status.digest[measure] == nil
        }
    }

    /// Buckets between the reference and now; nil when either is absent.
    private func change(
        of measure: Digest.Measure, _ digest: Digest, _ reference: Digest
    ) -> Int? {
        let now = digest.buckets[measure.rawValue]
        let usual = reference.buckets[measure.rawValue]
        return now == 0 || usual == 0 ? nil : Int(now) - Int(usual)
    }
}

extension IncidentBrief {
    /// True while the child's condition itself is bad.
    package var isBurning: Bool { phase == .pending || phase == .open }
}
