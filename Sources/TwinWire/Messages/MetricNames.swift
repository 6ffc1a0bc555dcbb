package import TwinCore

/// The check that the metric names of every report get, in both forms.
package enum MetricNames {
    /// Refuses too many names, too long ones, empty ones and two alike.
    package static func check(_ names: [String]) throws(Refusal) {
        try check(count: names.count)
        for (index, name) in names.enumerated() {
            let count = name.utf8.count
            guard count <= Limits.metricNameBytesMax else {
                throw Refusal(
                    .tooLarge, "name of metric \(index): wanted at most "
                        + "\(Limits.metricNameBytesMax) bytes, found \(count)",
                    found: "\(count)", wanted: "\(Limits.metricNameBytesMax)")
            }
            guard count > 0 else {
                throw Refusal(.invalid, "name of metric \(index): wanted a name, found none")
            }
        }
        guard Set(names).count == names.count else {
            throw Refusal(.invalid, "metrics: wanted each name once, found one twice")
        }
    }

    static func check(count: Int) throws(Refusal) {
        guard count <= Limits.metricsPerServerMax else {
            throw Refusal(
                .tooLarge, "metrics: wanted at most \(Limits.metricsPerServerMax), found \(count)",
                found: "\(count)", wanted: "\(Limits.metricsPerServerMax)")
        }
    }
}
