internal import CPlatform
internal import HostMetrics

/// Asks the kernel how far its clock is off, as its time daemon keeps it.
struct KernelClock: ClockOffset {
    func offsetSeconds() -> Double? {
        var offset = 0.0
        return unsafe twin_clock_offset_seconds(&offset) == 0 ? offset : nil
    }
}
