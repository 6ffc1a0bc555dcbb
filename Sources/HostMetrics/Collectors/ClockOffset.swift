/// Where the host's clock stands against its time servers: the seam for `adjtimex`, which Swift's
/// Glibc module lacks.
package protocol ClockOffset: Sendable {
    /// Seconds, nil while the clock is not synchronised or nobody knows.
    func offsetSeconds() -> Double?
}

/// For hosts whose clock nobody is asked about: the metric is absent.
package struct UnknownClockOffset: ClockOffset {
    package init() {}

    package func offsetSeconds() -> Double? { nil }
}
