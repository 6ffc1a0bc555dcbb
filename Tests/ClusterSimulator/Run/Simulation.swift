/// One run from its plan to its outcome.
package enum Simulation {
    package struct Violation: Equatable, Sendable, CustomStringConvertible {
        package let checker: String
        package let sentence: String
        /// Virtual milliseconds since the run began.
        package let at: Int64

        package init(checker: String, sentence: String, at: Int64) {
            self.checker = checker
            self.sentence = sentence
            self.at = at
        }

        package var description: String { "\(at) ms \(checker): \(sentence)" }

        /// Reads what `description` writes; nil for any other text.
        package init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let space = parts[0].firstRange(of: " ms "),
                let time = Int64(parts[0][..<space.lowerBound])
            else { return nil }
            self.init(
                checker: String(parts[0][space.upperBound...]),
                sentence: String(parts[1].drop { $0 == " " }), at: time)
        }
    }

    package struct Outcome: Sendable {
        package let plan: SimulationPlan
        package let hash: TraceHash
        package let counts: SimulationCounts
        /// Empty = every checker is content. The first is the one to look at.
        package let violations: [Violation]
    }

    /// Runs a plan to its end, or to the first violation. One thread, no waiting.
    ///
    /// - Parameter tells: prints what happens, with its virtual time.
    package static func run(_ plan: SimulationPlan, tells: Bool = false) -> Outcome {
        let world = World(plan, tells: tells)
        return world.run()
    }
}
