import TwinCore
package import TwinWire

/// The state of everything in one line.
package struct LiveLine: Equatable, Sendable {
    package let text: String
    /// What must change for the line to be worth repeating where it cannot be overwritten.
    package let gist: String

    init(text: String, gist: String) {
        self.text = text
        self.gist = gist
    }

    /// While processes come up.
    static func starting(_ waitingFor: String) -> LiveLine {
        LiveLine(text: "▌ starting: \(waitingFor)", gist: waitingFor)
    }

    /// The verdicts, who is not well, and how much is going on.
    package init(_ status: StatusDocument, givenUp: [String]) {
        let verdicts = status.datacenters.map { dc in
            let counts = dc.counts
            let unhealthy = counts.unhealthy > 0 ? ", \(counts.unhealthy) unhealthy" : ""
            let missing = counts.missing > 0 ? ", \(counts.missing) missing" : ""
            return (
                verdict: "\(dc.key) \(dc.verdict.rawValue.uppercased())",
                detail: HumanNumbers.counted(counts.racks, "rack") + unhealthy + ", "
                    + HumanNumbers.counted(counts.servers, "server") + missing
            )
        }
        let unwell =
            status.processes.filter { !$0.isWell && !givenUp.contains($0.name) }
            .map { "\($0.name) \($0.state.rawValue)" } + givenUp.map { "\($0) given up" }
        let health =
            unwell.isEmpty
            ? "\(status.processes.count) processes ok" : unwell.joined(separator: ", ")
        let rate = status.processes.filter { $0.tier == .server }
            .compactMap(\.inputsPerSecond).reduce(0, +)
        let absence = status.datacenterAbsence
        let judged =
            verdicts.isEmpty
            ? absence ?? "nothing under watch yet"
            : verdicts.map { "\($0.verdict): \($0.detail)" }.joined(separator: "; ")
        text = "▌ \(judged) · \(health) · \(Int(rate.rounded())) reports/s"
        gist = (verdicts.map(\.verdict) + [absence, health].compactMap(\.self))
            .joined(separator: " ")
    }
}
