package import HostMetrics
package import TwinCore
internal import TwinClient
internal import TwinWire

/// Puts an agent's samples into the payload of one `ReportBatch`.
package struct ReportPacking: Sendable {
    private let key: TwinKey
    private let profile: ReporterProfile

    /// - Parameter interval: what the agent declares.
    package init(key: TwinKey, interval: Milliseconds) {
        self.key = key
        profile = ReporterProfile(interval: interval, agentVersion: ClientVersion.text)
    }

    /// The payload of reports in the order of their times, as few as catching up allows.
    ///
    /// Its metrics are those of the newest sample: a sampler's names only grow, so that an older
    /// sample has no others; what it lacks is absent in its report.
    package func payload(of reports: [BufferedReport]) throws(Refusal) -> [UInt8] {
        let names = reports.last?.sample.names ?? []
        let header = try ReportBatchHeader(
            names: names, profile: profile,
            baseTime: reports.first?.sample.at ?? Timestamp(milliseconds: 0))
        var writer = ReportBatchWriter(header: header)
        for report in reports {
            let sample = report.sample
            let places = names.map { sample.names.firstIndex(of: $0) }
            let isAppended = writer.append(
                key: key, at: sample.at, flags: report.flags,
                values: places.map { $0.map { sample.values[$0] } ?? .nan },
                devices: sample.devices.compactMap { device in
                    places.firstIndex(of: Int(device.metricIndex)).map {
                        WorstDevice(metricIndex: UInt8($0), name: device.name)
                    }
                })
            invariant(isAppended, "\(reports.count) reports of one host fit no frame")
        }
        return writer.payload
    }
}
