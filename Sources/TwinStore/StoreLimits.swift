/// Every bound of durable state in one place. Sizes in bytes.
package enum StoreLimits {
    /// One segment file of the journal, header included.
    package static let segmentBytesDefault: UInt64 = 64 << 20
    /// Smallest segment: its header page and one page of records. Tests use it.
    package static let segmentBytesMin: UInt64 = 8 << 10
    /// A whole segment is read into memory at once.
    package static let segmentBytesMax: UInt64 = 1 << 30
    /// One journal record's payload; less where the segment is smaller.
    package static let recordBytesMax = 64 << 20
    /// Empty segments kept for the next roll; further ones are removed.
    package static let spareSegmentsMax = 2
    /// Alerts that one call of `trimAlerts` removes: a transaction of some milliseconds.
    package static let alertsTrimmedPerCallMax = 10_000
    /// Alerts that one call of `alerts` returns.
    package static let alertsPerReadMax = 10_000
    /// Quarantined messages kept per instance; the oldest go first.
    package static let quarantinedMax = 1_000
    /// Inputs with abnormal ends that an instance remembers; the oldest go first.
    package static let abnormalEndsMax = 1_000
    /// With so many abnormal ends an input is refused from then on.
    package static let abnormalEndsBeforeBan = 2
    /// Concurrent read-only connections to the rows.
    package static let rowReadersMax = 4
    /// SQLite makes its files longer by at most so much at once: with less room than this a failed
    /// write is one for want of room.
    package static let databaseGrowthBytes: UInt64 = 64 << 10
    /// Passes of a reader over files that the running owner recycles meanwhile.
    package static let liveReadAttemptsMax = 5
    /// Findings a check lists before it only counts.
    package static let findingsMax = 1_000
    /// Small files that are read whole: identity, lock, durable mark.
    package static let smallFileBytesMax = 64 << 10
}
