internal import TwinCore

/// Payload of `Report`: one report as people type it.
package struct ReportRequest: Equatable, Sendable, Codable {
    /// When the values were measured: RFC 3339 text, milliseconds since 1970, or nil = now.
    package var at: ReportTime?
    /// Values by metric name; nil and NaN = absent.
    package var metrics: [String: Double?]
    package var intervalSeconds: Double?
    package var agentVersion: String?
    /// The worst device by metric name.
    package var devices: [String: String]?
    /// Taken earlier and kept while the broker was away.
    package var buffered: Bool?
    /// The host has booted since the previous report.
    package var rebooted: Bool?

    package init(
        at: ReportTime? = nil, metrics: [String: Double?], intervalSeconds: Double? = nil,
        agentVersion: String? = nil, devices: [String: String]? = nil, buffered: Bool? = nil,
        rebooted: Bool? = nil
    ) {
        self.at = at
        self.metrics = metrics
        self.intervalSeconds = intervalSeconds
        self.agentVersion = agentVersion
        self.devices = devices
        self.buffered = buffered
        self.rebooted = rebooted
    }
}
