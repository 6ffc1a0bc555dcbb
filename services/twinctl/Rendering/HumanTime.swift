package import Foundation
package import TwinCore
package import TwinWire

/// Whether times are shown in UTC, marked `Z`, or in the time zone of the reader (`--local-time`).
package enum TimeZoneChoice: Sendable, Equatable {
    case utc
    case local(TimeZone)

    /// What stands behind `TIME` in a table's header.
    var title: String {
        switch self {
        case .utc: "UTC"
        case .local: "local"
        }
    }
}

/// Times as people read them: the time of day, with the date when it was another day.
package struct HumanTime: Sendable {
    private let now: Timestamp
    private let zone: TimeZoneChoice

    package init(now: Timestamp, zone: TimeZoneChoice) {
        self.now = now
        self.zone = zone
    }

    /// `14:02:36Z`, or `2026-11-21 14:02:36Z` of another day.
    package func clock(_ time: RFC3339) -> String { withDate(time, toSecond(time) + mark) }

    /// `14:02:36.118Z`, with the date of another day.
    package func precise(_ time: RFC3339) -> String { bare(time) + mark }

    /// As `precise` without the mark: for a column whose title names the zone.
    package func bare(_ time: RFC3339) -> String {
        let milliseconds = padded(fields(time.timestamp).millisecond, 3)
        return withDate(time, "\(toSecond(time)).\(milliseconds)")
    }

    /// `14:02`, for the ends of a spark line.
    package func short(_ time: RFC3339) -> String {
        let fields = fields(time.timestamp)
        return "\(padded(fields.hour, 2)):\(padded(fields.minute, 2))"
    }

    /// How long ago `time` was: `43 s`.
    package func age(_ time: RFC3339) -> String { HumanNumbers.span(now - time.timestamp) }

    /// `14:02:36Z (43 s)`.
    package func clockAndAge(_ time: RFC3339) -> String { "\(clock(time)) (\(age(time)))" }

    private var mark: String { zone == .utc ? "Z" : "" }

    private func toSecond(_ time: RFC3339) -> String {
        "\(short(time)):\(padded(fields(time.timestamp).second, 2))"
    }

    private func withDate(_ time: RFC3339, _ clock: String) -> String {
        let (day, today) = (fields(time.timestamp), fields(now))
        guard (day.year, day.month, day.day) != (today.year, today.month, today.day) else {
            return clock
        }
        return "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2)) \(clock)"
    }

    private func fields(_ time: Timestamp) -> CivilTime {
        switch zone {
        case .utc: return CivilTime(time)
        case .local(let zone):
            let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
            return CivilTime(time + .seconds(Int64(zone.secondsFromGMT(for: date))))
        }
    }

    private func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
