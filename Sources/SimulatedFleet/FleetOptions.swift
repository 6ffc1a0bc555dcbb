package import TwinCore

/// Everything besides the layout and the faults that shapes a simulated fleet's reports.
package struct FleetOptions: Equatable, Sendable {
    /// Same seed, same fleet, to the last bit.
    package var seed: UInt64
    /// How often each server reports; at least 1 ms.
    package var interval: Milliseconds
    /// The wall-clock time of the fleet's first moment.
    package var start: Timestamp
    package var load: LoadModel
    package var imperfections: Imperfections

    package init(
        seed: UInt64, interval: Milliseconds, start: Timestamp, load: LoadModel = LoadModel(),
        imperfections: Imperfections = .real
    ) {
        self.seed = seed
        self.interval = interval
        self.start = start
        self.load = load
        self.imperfections = imperfections
    }
}

/// What happens to healthy reports on their way; shares of all reports or servers, 0…1.
package struct Imperfections: Equatable, Sendable {
    /// Delivered half an interval to two intervals after they were taken.
    package var lateShare: Double
    /// Delivered a second time within an interval.
    package var duplicatedShare: Double
    /// Delivered just after the server's next report.
    package var reorderedShare: Double
    /// Servers whose clock is wrong by up to five seconds.
    package var skewedShare: Double

    package init(
        lateShare: Double, duplicatedShare: Double, reorderedShare: Double, skewedShare: Double
    ) {
        self.lateShare = lateShare
        self.duplicatedShare = duplicatedShare
        self.reorderedShare = reorderedShare
        self.skewedShare = skewedShare
    }

    /// The shares of a real fleet.
    package static let real = Imperfections(
        lateShare: 0.01, duplicatedShare: 0.001, reorderedShare: 0.005, skewedShare: 0.01)
    /// Every report arrives once, at once, with the right time.
    package static let none = Imperfections(
        lateShare: 0, duplicatedShare: 0, reorderedShare: 0, skewedShare: 0)
}
