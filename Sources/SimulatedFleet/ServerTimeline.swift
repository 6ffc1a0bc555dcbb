internal import TwinCore

/// The whole life of one server under the fleet's faults: when it is silent, and when what it took
/// in the meantime arrives.
struct ServerTimeline {
    /// The agent keeps a quarter of an hour and sends its backlog at ten times its rate.
    static let bufferSpan = Limits.windowSpan
    static let backlogSpeed: Int64 = 10

    /// Ascending by start.
    private(set) var outages: [Outage] = []
    private(set) var symptoms: [Symptoms] = []
    /// How long the agent takes to find the broker again.
    let reconnect: Milliseconds
    /// When the server booted before the fleet's first moment; negative.
    let firstBoot: Milliseconds

    init(server: Int, seed: UInt64) {
        var generator = SplitMix64(mixing: seed ^ ServerTimeline.stream, UInt64(server))
        reconnect = Milliseconds(rawValue: Int64(generator.uniform(in: 200...3_000)))
        let days = generator.uniform(in: 1...200)
        firstBoot = .zero - Milliseconds.hours(24).scaled(by: days)
    }

    mutating func add(_ fault: Fault, at place: FaultPlace, interval: Milliseconds) {
        if let outage = Outage(of: fault, at: place, interval: interval) {
            let index = outages.firstIndex { outage.from < $0.from } ?? outages.endIndex
            outages.insert(outage, at: index)
        }
        symptoms.append(Symptoms(fault: fault, place: place, interval: interval))
    }

    /// The latest boot at or before `moment`.
    func boot(at moment: Milliseconds) -> Milliseconds {
        var latest = firstBoot
        for outage in outages where outage.nature == .down && outage.to <= moment {
            latest = max(latest, outage.to)
        }
        return latest
    }

    /// When a report taken at `moment` arrives: at once, later from the agent's buffer, or never
    /// (nil), because nobody took it or because the buffer was lost with the server.
    func arrival(ofReportAt moment: Milliseconds, interval: Milliseconds) -> Milliseconds? {
        guard !outages.contains(where: { $0.nature != .unreachable && $0.contains(moment) }) else {
            return nil
        }
        var arrival = moment
        for outage in outages where outage.nature == .unreachable && outage.from <= arrival {
            let kept = max(outage.from, outage.to - ServerTimeline.bufferSpan)
            guard moment >= kept || !outage.contains(arrival) else { return nil }
            let backlog = max(0, (moment - kept).rawValue / interval.rawValue)
            let spacing = interval.rawValue / ServerTimeline.backlogSpeed
            let drained = outage.to + reconnect + Milliseconds(rawValue: backlog * spacing)
            arrival = max(arrival, drained)
        }
        let isLost = outages.contains {
            $0.nature != .unreachable && $0.from > moment && $0.from <= arrival
        }
        return isLost ? nil : arrival
    }

    /// The first moment from `moment` on at which the network carries something.
    func reachable(from moment: Milliseconds) -> Milliseconds {
        var first = moment
        for outage in outages where outage.nature == .unreachable && outage.contains(first) {
            first = outage.to + reconnect
        }
        return first
    }

    private static let stream: UInt64 = 0x71
}
