import ClusterSimulator
import Testing

/// A checker that catches nothing is a defect.
@Suite("Mutations of the cluster", .serialized)
struct MutationTests {
    /// Runs that were given to each mutation at most: short ones, with much that breaks.
    private static let seeds: ClosedRange<UInt64> = 1...40

    #if !DEBUG
        @Test(
            "The simulator catches every behaviour that is broken on purpose",
            arguments: Mutation.allCases)
        func isCaught(mutation: Mutation) {
            let caught = Self.seeds.first { seed in
                var plan = SimulationPlan(seed: seed, seconds: 150, servers: 40)
                plan.faultsPerMinute = 12
                plan.mutation = mutation
                return !Simulation.run(plan).violations.isEmpty
            }
            #expect(caught != nil)
        }
    #endif
}
