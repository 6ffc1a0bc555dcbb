/// What became of the reports of one server, as `get server` shows it.
///
/// Duplicates and conflicts change nothing, are not journalled and so are counted by the shard.
package struct ReportCounters: Equatable, Sendable {
    /// Judged and late ones.
    package internal(set) var accepted: UInt64 = 0
    package internal(set) var late: UInt64 = 0
    package internal(set) var tooOld: UInt64 = 0
    package internal(set) var future: UInt64 = 0
    /// Single values outside of what their metric can be.
    package internal(set) var implausible: UInt64 = 0
}

/// The newest report exactly as it came, laid out by the twin's metric set; NaN = absent.
package struct LatestReport: Sendable {
    package internal(set) var values: [Float] = []
    /// Ascending by metric index of the twin's set.
    package internal(set) var devices: [WorstDevice] = []

    package func device(column: Int) -> String? {
        devices.first { Int($0.metricIndex) == column }?.name
    }
}

extension LatestReport: Equatable {
    /// By bits, so that NaN equals itself.
    package static func == (left: LatestReport, right: LatestReport) -> Bool {
        left.devices == right.devices
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }
}

/// A report without its values: what the hot path takes beside a borrowed span of floats.
package struct ReportHeader: Sendable {
    package var at: Timestamp
    package var flags: ReportFlags
    /// Which metric each value is.
    package var metricSet: MetricSet
    /// The layout the twin's window has from now on; see `MetricSets.union`.
    package var target: MetricSet
    package var profile: ReporterProfile
    package var devices: [WorstDevice]

    package init(
        at: Timestamp, flags: ReportFlags = [], metricSet: MetricSet, target: MetricSet,
        profile: ReporterProfile, devices: [WorstDevice] = []
    ) {
        self.at = at
        self.flags = flags
        self.metricSet = metricSet
        self.target = target
        self.profile = profile
        self.devices = devices
    }
}

/// A report refused for its time alone: the server was heard, nothing else.
package enum HeardOnly: UInt8, Equatable, Sendable, Codable {
    case future = 0
    case tooOld = 1
    /// From our future, as half of all reporters are: the fault is our clock's.
    case ourClock = 2
}

/// Whether a server is under watch.
package enum ServerStanding: Equatable, Sendable {
    /// Between birth and its first input.
    case unborn
    case commissioned(Commission)
    /// Out of watch since then; kept until its racks know and 24 h are over.
    case decommissioned(Commission, at: Elapsed, isForgotten: Bool)
}

/// Where a server is on the silence ladder.
package enum ServerPresence: UInt8, Equatable, Sendable, Codable {
    case awaiting = 0
    case heard, late, missing, gone

    /// The rung that the silence so far reaches.
    init(silent: Milliseconds, interval: Milliseconds) {
        if silent >= ServerPresence.goneAfter(interval) {
            self = .gone
        } else if silent >= 3 * interval {
            self = .missing
        } else {
            self = silent >= 2 * interval ? .late : .heard
        }
    }

    /// How much silence reaches the rung after this one; nil on the last.
    func nextRung(interval: Milliseconds) -> Milliseconds? {
        switch self {
        case .awaiting: Limits.neverReportedAfter
        case .heard: 2 * interval
        case .late: 3 * interval
        case .missing: ServerPresence.goneAfter(interval)
        case .gone: nil
        }
    }

    var isSilent: Bool { self == .missing || self == .gone }

    private static func goneAfter(_ interval: Milliseconds) -> Milliseconds {
        max(Limits.goneAfterMin, 12 * interval)
    }
}
