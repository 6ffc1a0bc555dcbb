import ClusterSimulator
import Foundation
import Testing

/// The cluster simulator over many seeds.
///
/// `TWIN_SIMULATE_SECONDS` sets how long (by default the first 300 seeds, at most 240 s);
/// `TWIN_SEED` runs one seed, `TWIN_SIMULATE_PLAN` only part of what it draws.
@Suite("Cluster simulator", .serialized)
struct ClusterSimulatorTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test("The same seed gives the same trace, in another process with other hash seeds too")
    func sameSeed() throws {
        let plan = SimulationPlan(seed: 7, seconds: 100, servers: 30)
        let arguments = ["--seed", "7", "--plan", "\(plan)", "--each"]
        let first = try SimulatorProcess(arguments).finish()
        let second = try SimulatorProcess(arguments).finish()
        #expect(first.isWell)
        #expect(first.lines == second.lines)
        #expect(first.lines.contains("hash 7 \(Simulation.run(plan).hash)"))
    }

    @Test("Whatever breaks: what got ok is there once, alerts are exact, the tree converges")
    func manySeeds() throws {
        let began = Date()
        let runs = try Self.commands.map { try SimulatorProcess($0) }
        var tally = SimulationTally()
        for run in runs {
            let (lines, isWell) = try run.finish()
            let told = lines.filter { !$0.hasPrefix("begins ") }
            if !isWell {
                let last = lines.last { $0.hasPrefix("begins ") } ?? "no seed began"
                Issue.record(
                    """
                    the simulator failed; the last run \(last)
                    \(told.suffix(20).joined(separator: "\n"))
                    again with: TWIN_SEED=… TWIN_SIMULATE_PLAN=… compose/test --filter \
                    ClusterSimulatorTests
                    """)
            }
            for line in told where line.hasPrefix("tally ") {
                let part = SimulationTally(line: String(line.dropFirst("tally ".count)))
                tally.add(try #require(part))
            }
        }
        print(tally.text(wallSeconds: Date().timeIntervalSince(began)))
    }

    /// One seed, or two processes that share many.
    private static var commands: [[String]] {
        if let seed = environment["TWIN_SEED"] {
            let plan = environment["TWIN_SIMULATE_PLAN"].map { ["--plan", $0] } ?? []
            return [["--seed", seed, "--tell"] + plan]
        }
        let limits: [String]
        if let seconds = environment["TWIN_SIMULATE_SECONDS"] {
            limits = ["--count", "1", "--seconds", seconds]
        } else {
            #if DEBUG
                // Not optimised a run costs minutes: only that everything still fits together.
                limits = ["--count", "1"]
            #else
                limits = ["--count", "150", "--seconds-max", "240"]
            #endif
        }
        return [1, 2].map { ["--seed", "\($0)", "--stride", "2"] + limits }
    }
}
