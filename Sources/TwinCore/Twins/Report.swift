/// One server's metrics at one time, resolved against its shard's metric sets and profiles.
package struct Report: Equatable, Sendable {
    package var at: Timestamp
    package var flags: ReportFlags
    /// Which metric each value is.
    package var metricSet: MetricSet
    package var profile: ReporterProfile
    /// One value a metric of `metricSet`, NaN = absent.
    package var values: [Float]
    /// The worst device of some metrics, by metric index, ascending.
    package var devices: [WorstDevice]

    package init(
        at: Timestamp, flags: ReportFlags, metricSet: MetricSet, profile: ReporterProfile,
        values: [Float], devices: [WorstDevice] = []
    ) {
        self.at = at
        self.flags = flags
        self.metricSet = metricSet
        self.profile = profile
        self.values = values
        self.devices = devices
    }

    /// Compares values by their bits, so that NaN equals itself.
    package static func == (left: Report, right: Report) -> Bool {
        left.at == right.at && left.flags == right.flags && left.metricSet == right.metricSet
            && left.profile == right.profile && left.devices == right.devices
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }
}

/// What a reporter says about a report besides its values; one byte on wire and disk.
package struct ReportFlags: OptionSet, Equatable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Taken earlier and kept while the broker was away.
    package static let buffered = ReportFlags(rawValue: 1)
    /// The host has booted since the reporter's previous report.
    package static let rebooted = ReportFlags(rawValue: 2)
}

/// The device that stands behind one metric's value, when a server has several.
package struct WorstDevice: Equatable, Sendable, Codable {
    package let metricIndex: UInt8
    package let name: String

    package init(metricIndex: UInt8, name: String) {
        self.metricIndex = metricIndex
        self.name = name
    }
}

/// Who reports and how often: the same for thousands of reports, journalled once.
package struct ReporterProfile: Hashable, Sendable, Codable {
    /// The interval the reporter declares; nil = it declares none.
    package var interval: Milliseconds?
    package var agentVersion: String?
    package var relay: String?

    package init(
        interval: Milliseconds? = nil, agentVersion: String? = nil, relay: String? = nil
    ) {
        self.interval = interval
        self.agentVersion = agentVersion
        self.relay = relay
    }
}

/// What a report gets before anything is journalled, by its time alone.
package enum ReportAdmission: Equatable, Sendable {
    /// Newer than the newest: journalled and judged.
    case newest
    /// Inside the window: stored in place, no verdict on the past.
    case late
    /// This time is known; `differs` when the values are not the same. First wins.
    case duplicate(differs: Bool)
    /// Older than the window: only heard.
    case tooOld
    /// More than 60 s ahead of the wall clock: only heard.
    case future
}
