import TwinCore
import TwinRuntime

/// The clocks of one machine: they run as virtual time does, from their own beginnings, with steps
/// and stops of their own.
struct MachineClock {
    /// 2027-01-15 08:00 UTC.
    static let wallStart: Int64 = 1_800_000_000_000

    private var bootedAt: Int64 = 0
    /// What the monotonic clock said at the boot.
    private var base: Int64
    /// How long the machine was suspended since the boot.
    private var suspended: Int64 = 0
    /// How far its wall clock is off.
    private(set) var skew: Int64

    init(base: Int64, skew: Int64) {
        self.base = base
        self.skew = skew
    }

    func now(at time: Int64) -> TurnClock {
        TurnClock(
            monotonic: base + time - bootedAt - suspended,
            suspendedAware: base + time - bootedAt, wall: wall(at: time))
    }

    func wall(at time: Int64) -> Timestamp {
        Timestamp(milliseconds: Self.wallStart + time + skew)
    }

    /// The right wall time.
    static func wall(at time: Int64) -> Timestamp {
        Timestamp(milliseconds: wallStart + time)
    }

    /// The wall clock is set: forward or back.
    mutating func step(by milliseconds: Int64) { skew += milliseconds }

    /// The machine slept for so long: only the monotonic clock did not see it.
    mutating func slept(_ milliseconds: Int64) { suspended += milliseconds }

    /// The machine started again: its monotonic clock begins anew.
    mutating func rebooted(at time: Int64, base newBase: Int64) {
        bootedAt = time
        base = newBase
        suspended = 0
    }
}
