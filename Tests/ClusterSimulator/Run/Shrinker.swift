/// Makes a failing plan small: shorter, with fewer faults and fewer operations, as long as the same
/// checker still complains.
package struct Shrinker {
    package typealias Run = (SimulationPlan) -> [Simulation.Violation]

    private let run: Run
    private let checker: String
    private var attemptsLeft: Int

    /// - Parameters:
    ///   - run: runs a plan and tells what its checkers said.
    ///   - checker: the one that complained.
    package init(checker: String, attemptsMax: Int = 120, run: @escaping Run) {
        self.run = run
        self.checker = checker
        attemptsLeft = attemptsMax
    }

    /// The smallest failing plan that was found.
    ///
    /// - Parameters:
    ///   - plan: one that fails.
    ///   - at: when the checker complained, in virtual milliseconds; nil = nobody knows.
    package mutating func shrink(_ plan: SimulationPlan, at violation: Int64?) -> SimulationPlan {
        var best = plan
        let calm = SimulationPlan.calmMilliseconds / 1_000
        let ends = violation.map { $0 / 1_000 + 1 + calm }
        let parts = [plan.seconds / 8, plan.seconds / 4, plan.seconds / 2, plan.seconds * 3 / 4]
        for seconds in [ends].compactMap(\.self) + parts {
            var shorter = best
            shorter.seconds = max(calm + 5, seconds)
            if shorter.seconds < best.seconds { keepIfFailing(shorter, &best) }
        }
        for operations in [0, 2, 8, 32, 128] where operations < best.operationsMax {
            var fewer = best
            fewer.operationsMax = operations
            if keepIfFailing(fewer, &best) { break }
        }
        shrinkFaults(&best, faultCount: best.faultCount)
        return best
    }

    /// Leaves out ever smaller parts of the faults: halves first, single ones last.
    private mutating func shrinkFaults(_ best: inout SimulationPlan, faultCount: Int) {
        var part = max(1, faultCount / 2)
        while true {
            var start = 0
            while start < (best.faultsKept ?? Array(0..<faultCount)).count {
                let kept = best.faultsKept ?? Array(0..<faultCount)
                var fewer = best
                fewer.faultsKept = Array(kept[..<start] + kept[min(start + part, kept.count)...])
                if !keepIfFailing(fewer, &best) { start += part }
                guard attemptsLeft > 0 else { return }
            }
            guard part > 1 else { return }
            part /= 2
        }
    }

    @discardableResult
    private mutating func keepIfFailing(
        _ candidate: SimulationPlan, _ best: inout SimulationPlan
    ) -> Bool {
        guard attemptsLeft > 0, candidate != best else { return false }
        attemptsLeft -= 1
        guard run(candidate).contains(where: { $0.checker == checker }) else { return false }
        best = candidate
        return true
    }
}
