/// One measured fact that made the model speak: the value, what was expected, the limit.
package struct Evidence: Equatable, Sendable, Codable {
    package var metric: String
    /// The worst device the reporter named, for example `nvme3n1`.
    package var device: String?
    package var value: Double
    package var unit: String
    package var expectedLow: Double?
    package var expectedHigh: Double?
    package var limit: Double?

    package init(
        metric: String, device: String? = nil, value: Double, unit: String,
        expectedLow: Double? = nil, expectedHigh: Double? = nil, limit: Double? = nil
    ) {
        self.metric = metric
        self.device = device
        self.value = value
        self.unit = unit
        self.expectedLow = expectedLow
        self.expectedHigh = expectedHigh
        self.limit = limit
    }
}
