/// One metric of one server over its window.
package struct MetricDocument: Codable, Equatable, Sendable {
    package var name: String
    /// `ratio`, `1/s`, `count`, `s`, `°C`, `rpm`, `W`, `V`, `flag` or empty.
    package var unit: String
    /// The worst device the latest report named.
    @Null package var device: String?
    @Null package var last: Double?
    /// Over the window, like `max`.
    @Null package var mean: Double?
    @Null package var max: Double?
    /// What the baseline expects at this time of day; null while it learns.
    @Null package var expectedLow: Double?
    @Null package var expectedHigh: Double?
    /// Limits of the health rules.
    @Null package var warn: Double?
    @Null package var critical: Double?
    /// The window, oldest first; null where a report lacked the metric.
    package var values: [Double?]

    package init(
        name: String, unit: String, device: String? = nil, last: Double? = nil,
        mean: Double? = nil, max: Double? = nil, expectedLow: Double? = nil,
        expectedHigh: Double? = nil, warn: Double? = nil, critical: Double? = nil,
        values: [Double?]
    ) {
        self.name = name
        self.unit = unit
        self.device = device
        self.last = last
        self.mean = mean
        self.max = max
        self.expectedLow = expectedLow
        self.expectedHigh = expectedHigh
        self.warn = warn
        self.critical = critical
        self.values = values
    }
}
