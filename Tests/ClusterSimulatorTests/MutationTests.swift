import ClusterSimulator
import Testing

/// The checkers checked: a checker that catches nothing is a defect.
@Suite("Mutations of the cluster", .serialized)
struct MutationTests {
    /// Runs that were given to each mutation at most: short ones, with much that breaks.
    private static let seeds: ClosedRange<UInt64> = 1...40
    /// So many of them must pass when nothing is broken.
    private static let quietSeeds: ClosedRange<UInt64> = 1...12

    private static func plan(_ seed: UInt64) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, seconds: 180, servers: 40)
        plan.faultsPerMinute = 25
        return plan
    }

    #if !DEBUG
        @Test(
            "The checker that watches it catches every behaviour that is broken on purpose",
            arguments: Mutation.allCases)
        func isCaught(mutation: Mutation) {
            let complaint = Self.seeds.lazy
                .compactMap { Simulation.run(mutation.plan($0)).violations.first }.first
            #expect(
                mutation.catchers.contains(complaint?.checker ?? "nobody"),
                "\(complaint?.description ?? "nobody complains")")
        }

        @Test("Nothing is caught where nothing is broken", arguments: MutationTests.quietSeeds)
        func isQuiet(seed: UInt64) {
            #expect(Simulation.run(Self.plan(seed)).violations == [])
        }
    #endif
}
