package import TwinCore

/// What all reports of one packed batch share: the metrics in order, who reports, and the time
/// that the reports' own times count from.
///
/// `ReportBatch` on the wire is a msgpack array of six: names, interval in milliseconds or nil,
/// agent version or nil, relay or nil, base time (milliseconds since 1970), reports. A report is
/// an array of five: key, time minus base (milliseconds), flags (`ReportFlags`), `bin` of
/// little-endian float32, one a name (NaN = absent), map {metric index: device name} or nil.
/// Later versions may append items to either; readers skip them.
package struct ReportBatchHeader: Equatable, Sendable {
    /// Unique, at most `Limits.metricsPerServerMax`.
    package let names: [String]
    package let profile: ReporterProfile
    package var baseTime: Timestamp

    static let fieldCount = 6
    static let reportFieldCount = 5
    /// Later versions may append items up to this many in all.
    static let fieldCountMax = 16
    /// Bytes of one value.
    static let valueBytes = 4

    /// Checks the names and the profile; a refusal names the number that is too large.
    package init(
        names: [String], profile: ReporterProfile = ReporterProfile(), baseTime: Timestamp
    ) throws(Refusal) {
        try MetricNames.check(names)
        for (field, text) in [("agentVersion", profile.agentVersion), ("relay", profile.relay)] {
            let count = text?.utf8.count ?? 0
            guard count <= Limits.labelBytesMax else {
                throw Refusal(
                    .tooLarge, "\(field): wanted at most \(Limits.labelBytesMax) bytes, "
                        + "found \(count)", found: "\(count)", wanted: "\(Limits.labelBytesMax)")
            }
        }
        if let interval = profile.interval {
            _ = try ReportInterval.milliseconds(interval.seconds, field: "interval")
        }
        self.names = names
        self.profile = profile
        self.baseTime = baseTime
    }
}
