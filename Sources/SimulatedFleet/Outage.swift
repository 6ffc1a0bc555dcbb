internal import TwinCore

/// A time in which nothing of one server reaches the cluster, and what is left of it afterwards.
struct Outage: Equatable {
    enum Nature: Equatable {
        /// The server is off: nothing is taken, and it returns with a new boot time.
        case down
        /// The server runs on and its agent keeps the latest reports.
        case unreachable
        /// The agent is dead: nothing is taken, the server itself runs on.
        case unwatched
    }

    let nature: Nature
    let from: Milliseconds
    /// The first moment after it.
    let to: Milliseconds

    func contains(_ moment: Milliseconds) -> Bool { from <= moment && moment < to }
}

extension Outage {
    /// The outage that `fault` means for one server; nil when the server goes on reporting.
    /// `place` tells how the server differs from its neighbours.
    init?(of fault: Fault, at place: FaultPlace, interval: Milliseconds) {
        switch fault.kind {
        case .tor, .torReboot:
            self.init(nature: .unreachable, from: fault.start, to: fault.end)
        case .rackPower, .rowPower:
            let from = fault.start + Outage.secondSupplyDelay(interval: interval)
            guard from < fault.end else { return nil }
            self.init(nature: .down, from: from, to: fault.end + place.bootSpan)
        case .reboot, .server:
            self.init(nature: .down, from: fault.start, to: fault.end)
        case .agent:
            self.init(nature: .unwatched, from: fault.start, to: fault.end)
        case .collector:
            guard case .relay = fault.target else {
                self.init(nature: .unwatched, from: fault.start, to: fault.end)
                return
            }
            self.init(nature: .unreachable, from: fault.start, to: fault.end)
        case .dimm:
            let from = fault.start + fault.duration.scaled(by: Outage.memoryResetShare)
            self.init(nature: .down, from: from, to: min(from + Outage.memoryResetSpan, fault.end))
        case .cooling:
            guard let from = InletHeat(of: fault, at: place).shutdown else { return nil }
            let to = fault.end + Outage.coolDownSpan + place.bootSpan
            self.init(nature: .down, from: from, to: to)
        case .torDegraded, .feed, .brownout, .nic, .fan, .disk, .clockSkew:
            return nil
        }
    }

    /// A rack's two supplies fail half an interval apart, so that half of the servers can tell.
    static func secondSupplyDelay(interval: Milliseconds) -> Milliseconds {
        Milliseconds(rawValue: interval.rawValue / 2)
    }

    /// The part of a memory fault after which an uncorrected error resets the server.
    static let memoryResetShare = 0.8
    private static let memoryResetSpan = Milliseconds.minutes(4)
    /// How long an overheated room must be cool before somebody switches servers on again.
    private static let coolDownSpan = Milliseconds.minutes(10)
}

extension Milliseconds {
    /// A share of this span, rounded down.
    func scaled(by share: Double) -> Milliseconds {
        Milliseconds(rawValue: Int64(Double(rawValue) * share))
    }

    static let millisecondsPerMinute = 60_000.0

    /// This span in minutes, for formulas.
    var minutes: Double { Double(rawValue) / Milliseconds.millisecondsPerMinute }
}
