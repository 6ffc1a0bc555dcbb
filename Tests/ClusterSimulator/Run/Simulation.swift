/// One run from its plan to its outcome.
package enum Simulation {
    package struct Violation: Equatable, Sendable, CustomStringConvertible {
        package let checker: String
        package let sentence: String
        /// Virtual milliseconds since the run began.
        package let at: Int64

        package var description: String { "\(at) ms \(checker): \(sentence)" }
    }

    package struct Outcome: Sendable {
        package let plan: SimulationPlan
        package let hash: TraceHash
        package let counts: SimulationCounts
        /// Empty = every checker is content. The first is the one to look at.
        package let violations: [Violation]
        /// Faults that the plan had, for shrinking.
        package let faultCount: Int
    }

    /// Runs a plan to its end, or to the first violation. One thread, no waiting.
    ///
    /// - Parameter tells: prints what happens, with its virtual time.
    package static func run(_ plan: SimulationPlan, tells: Bool = false) -> Outcome {
        let world = World(plan, tells: tells)
        return world.run()
    }
}
