internal import CPlatform
internal import Foundation
package import TwinCore

/// The machine's two times. Only loops read them; everything below takes them as parameters.
package enum SystemTime {
    /// Milliseconds since boot, suspension included: spans and deadlines. Never steps back.
    package static var monotonicMilliseconds: Int64 {
        Int64(twin_boottime_nanoseconds() / nanosecondsPerMillisecond)
    }

    /// The wall clock: stamps only; it may step.
    package static var wall: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    private static let nanosecondsPerMillisecond: UInt64 = 1_000_000
}
