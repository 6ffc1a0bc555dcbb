import SimulatedFleet
import TwinCore

/// Tells each fault of a run once when it begins and once when it ends.
struct FaultWatch {
    private var begins: [Fault]
    private var ends: [Fault]

    init(_ faults: [Fault]) {
        begins = faults.sorted { $0.start < $1.start }.reversed()
        ends = faults.sorted { $0.end < $1.end }.reversed()
    }

    /// What has begun or ended since the last call, up to `moment` of the run, in order.
    mutating func advance(to moment: Milliseconds, name: (Fault) -> String) -> [String] {
        var told: [(at: Milliseconds, text: String)] = []
        while let fault = begins.last, fault.start <= moment {
            begins.removeLast()
            let span = HumanNumbers.span(fault.duration)
            told.append((fault.start, "fault begins: \(name(fault)), for \(span)"))
        }
        while let fault = ends.last, fault.end <= moment {
            ends.removeLast()
            told.append((fault.end, "fault ends: \(name(fault))"))
        }
        return told.sorted { $0.at < $1.at }.map(\.text)
    }
}
