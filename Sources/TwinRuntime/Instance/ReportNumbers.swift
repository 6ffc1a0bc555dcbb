internal import TwinCore
package import TwinWire

/// The numbers of a batch's metric set and profile in one shard.
package struct ReportNumbers: Sendable {
    package var metricSet: UInt16
    package var profile: UInt16

    package init(metricSet: UInt16, profile: UInt16) {
        self.metricSet = metricSet
        self.profile = profile
    }
}

/// The numbers of the reporter that was heard last, by shard: the next batch is mostly of its like,
/// and looking its names up by their text costs more than a report.
///
/// Derived and never stored: numbers are never taken back in a shard's life.
package struct KnownReportNumbers: Sendable {
    private var names: [String] = []
    private var profile = ReporterProfile()
    private var byShard: [ReportNumbers?] = []

    package init() {}

    /// A batch begins: forgets everything unless it is of the same reporter and metrics.
    package mutating func begin(_ header: ReportBatchHeader, shardCount: Int) {
        guard header.names != names || header.profile != profile || byShard.count != shardCount
        else { return }
        names = header.names
        profile = header.profile
        byShard = Array(repeating: nil, count: shardCount)
    }

    package subscript(shard: Int) -> ReportNumbers? {
        get { byShard[shard] }
        set { byShard[shard] = newValue }
    }
}
