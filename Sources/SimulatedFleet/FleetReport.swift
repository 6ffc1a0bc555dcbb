package import TwinCore

/// One report of one simulated server as it reaches the cluster.
package struct FleetReport: Equatable, Sendable {
    /// Index in the topology; `FleetTopology.serverKeys` has the key.
    package let server: Int
    /// When it arrives, since the fleet's first moment.
    package let deliveredAt: Milliseconds
    /// When it was taken, by the server's own clock.
    package let at: Timestamp
    package let flags: ReportFlags
    /// One value a case of `FleetMetric`.
    package let values: [Float]

    package init(
        server: Int, deliveredAt: Milliseconds, at: Timestamp, flags: ReportFlags, values: [Float]
    ) {
        self.server = server
        self.deliveredAt = deliveredAt
        self.at = at
        self.flags = flags
        self.values = values
    }

    package subscript(metric: FleetMetric) -> Float { values[metric.rawValue] }
}
