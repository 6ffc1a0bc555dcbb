/// The header of the latest report of a shard: the next one is mostly of the same metrics and
/// reporter, and to gather a header anew costs half of a dozen reference counts.
///
/// Derived and no part of the state.
struct UsualReport: Sendable {
    private(set) var header = ReportHeader(
        at: Timestamp(milliseconds: 0), metricSet: .empty, target: .empty,
        profile: ReporterProfile())
    private var profile: UInt16?

    /// Makes `header` that of `report`, its window laid out by its own set; false when the shard
    /// has no such set or profile.
    mutating func follows(
        _ report: ReportInput, sets: MetricSets, profiles: [ReporterProfile]
    ) -> Bool {
        if header.metricSet.id != report.metricSet || profile != report.profile {
            guard let set = sets[report.metricSet], Int(report.profile) < profiles.count else {
                return false
            }
            header.metricSet = set
            header.target = set
            header.profile = profiles[Int(report.profile)]
            profile = report.profile
        }
        header.at = report.at
        header.flags = report.flags
        if !header.devices.isEmpty || !report.devices.isEmpty { header.devices = report.devices }
        return true
    }
}
