internal import CPlatform
internal import Foundation
internal import TwinCore

/// What the machine's clocks say at the begin of a turn.
enum EngineClock {
    static var now: TurnClock {
        TurnClock(
            monotonic: Int64(twin_monotonic_nanoseconds() / nanosecondsPerMillisecond),
            suspendedAware: Int64(twin_boottime_nanoseconds() / nanosecondsPerMillisecond),
            wall: SystemTime.wall)
    }

    static var monotonicMilliseconds: Int64 {
        Int64(twin_monotonic_nanoseconds() / nanosecondsPerMillisecond)
    }

    private static let nanosecondsPerMillisecond: UInt64 = 1_000_000
}

extension SystemTime {
    /// Seconds of CLOCK_MONOTONIC with all its digits, for measuring how long something took.
    static var monotonicSeconds: Double { Double(twin_monotonic_nanoseconds()) / 1e9 }
}
