package import TwinCore

/// One measured fact behind an incident.
package struct EvidenceDocument: Codable, Equatable, Sendable {
    package var metric: String
    /// The worst device the reporter named.
    @Null package var device: String?
    package var value: Double
    package var unit: String
    @Null package var expectedLow: Double?
    @Null package var expectedHigh: Double?
    @Null package var limit: Double?

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

    package init(_ evidence: Evidence) {
        self.init(
            metric: evidence.metric, device: evidence.device, value: evidence.value,
            unit: evidence.unit, expectedLow: evidence.expectedLow,
            expectedHigh: evidence.expectedHigh, limit: evidence.limit)
    }
}
