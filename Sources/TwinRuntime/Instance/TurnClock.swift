package import TwinCore

/// What the clocks of the machine say at the begin of a turn; the only time a turn sees.
package struct TurnClock: Equatable, Sendable {
    /// CLOCK_MONOTONIC in milliseconds.
    package var monotonic: Int64
    /// CLOCK_BOOTTIME in milliseconds: runs on while the machine is suspended.
    package var suspendedAware: Int64
    package var wall: Timestamp

    package init(monotonic: Int64, suspendedAware: Int64, wall: Timestamp) {
        self.monotonic = monotonic
        self.suspendedAware = suspendedAware
        self.wall = wall
    }
}
