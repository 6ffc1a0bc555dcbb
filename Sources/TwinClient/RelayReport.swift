package import TwinCore

/// One server's report on its way through a relay.
package struct RelayReport: Equatable, Sendable {
    package var key: TwinKey
    package var at: Timestamp
    package var flags: ReportFlags
    /// One value a metric of the relay, NaN = absent.
    package var values: [Float]
    package var devices: [WorstDevice]

    package init(
        key: TwinKey, at: Timestamp, flags: ReportFlags = [], values: [Float],
        devices: [WorstDevice] = []
    ) {
        self.key = key
        self.at = at
        self.flags = flags
        self.values = values
        self.devices = devices
    }
}
