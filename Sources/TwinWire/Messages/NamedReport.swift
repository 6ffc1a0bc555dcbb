package import TwinCore

/// A `ReportRequest` in the form of a packed batch of one: names in the order of their bytes.
package struct NamedReport: Equatable, Sendable {
    package var header: ReportBatchHeader
    package var flags: ReportFlags
    /// One value a name of the header, NaN = absent.
    package var values: [Float]
    package var devices: [WorstDevice]

    /// Checks names, interval, devices and their number; `now` stands for an absent time.
    package init(_ request: ReportRequest, now: Timestamp) throws(Refusal) {
        let metrics = request.metrics.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let names = metrics.map(\.key)
        header = try ReportBatchHeader(
            names: names,
            profile: ReporterProfile(
                interval: try ReportInterval.milliseconds(
                    request.intervalSeconds, field: "intervalSeconds"),
                agentVersion: request.agentVersion),
            baseTime: request.at?.timestamp ?? now)
        values = metrics.map { Float($0.value ?? .nan) }
        flags = []
        if request.buffered == true { flags.insert(.buffered) }
        if request.rebooted == true { flags.insert(.rebooted) }
        devices = try Self.devices(request.devices ?? [:], names: names)
    }

    private static func devices(
        _ named: [String: String], names: [String]
    ) throws(Refusal) -> [WorstDevice] {
        guard named.count <= Limits.worstDevicesPerReportMax else {
            throw Refusal(
                .tooLarge, "devices: wanted at most \(Limits.worstDevicesPerReportMax), "
                    + "found \(named.count)")
        }
        var devices: [WorstDevice] = []
        for (metric, device) in named.sorted(by: { $0.key < $1.key }) {
            guard let index = names.firstIndex(of: metric) else {
                throw Refusal(
                    .invalid, "devices: wanted a metric of this report, found \"\(metric)\"",
                    found: metric)
            }
            guard device.utf8.count <= Limits.labelBytesMax else {
                throw Refusal(
                    .tooLarge, "device of \(metric): wanted at most \(Limits.labelBytesMax) bytes, "
                        + "found \(device.utf8.count)")
            }
            devices.append(WorstDevice(metricIndex: UInt8(index), name: device))
        }
        return devices.sorted { $0.metricIndex < $1.metricIndex }
    }
}
