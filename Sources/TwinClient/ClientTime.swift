internal import Glibc
package import TwinCore

/// The two clocks of a client: one for waits, one for stamps.
package enum ClientTime {
    /// Milliseconds since some moment of this boot; never steps, counts while suspended.
    package static var monotonicMilliseconds: Int64 { monotonicNanoseconds / 1_000_000 }

    /// The same clock, for round trips.
    package static var monotonicNanoseconds: Int64 { read(CLOCK_BOOTTIME) }

    /// Now, as the host's wall clock has it.
    package static var wall: Timestamp {
        Timestamp(milliseconds: read(CLOCK_REALTIME) / 1_000_000)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let result = unsafe clock_gettime(clock, &time)
        invariant(result == 0, "clock \(clock) cannot be read")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
