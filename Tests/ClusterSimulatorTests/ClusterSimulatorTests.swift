import ClusterSimulator
import Foundation
import Testing

/// The cluster simulator over many seeds.
///
/// Every seed is a whole run, unless not optimised: ten minutes, three tiers of two instances, to
/// which others join in every third run, 200 servers.
/// As many seeds as fit 240 s, and 500 at least, are the same every time; with
/// `TWIN_SIMULATE_SECONDS` others for so long. `TWIN_SEED` runs one seed, `TWIN_SIMULATE_PLAN` only
/// part of what it draws.
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
        let runs = try Self.commands.map {
            try SimulatorProcess($0) { line in
                // Whoever waits for the others knows of a failure already.
                if line.hasPrefix("failed ") || line.hasPrefix("replay ") {
                    print("simulator: \(line)")
                }
            }
        }
        var tally = SimulationTally()
        var areWell = true
        for run in runs {
            let (lines, isWell) = run.finish()
            areWell = areWell && isWell
            let told = lines.filter { !$0.hasPrefix("begins ") && !$0.hasPrefix("tries ") }
            if !isWell {
                Issue.record(
                    """
                    the simulator failed
                    \(told.suffix(20).joined(separator: "\n"))
                    again with: \(Self.replay(of: lines))
                    """)
            }
            for line in told where line.hasPrefix("tally ") {
                let part = SimulationTally(line: String(line.dropFirst("tally ".count)))
                tally.add(try #require(part))
            }
        }
        print(tally.text(wallSeconds: Date().timeIntervalSince(began)))
        if areWell {
            #expect(
                tally.seeds >= Self.seedsMin,
                "this machine takes longer than \(Self.secondsMax) s for \(Self.seedsMin) seeds")
        }
        // Few seeds may have no join that lasts.
        if areWell, tally.seeds >= Self.seedsOfJoins {
            #expect(tally.counts.shardsJoined > 0, "who joins gets a share")
        }
    }

    #if !DEBUG
        @Test("A run that ends its process is made small too: one fault and no operation are left")
        func deathIsShrunk() throws {
            let kind = FaultKind.processCrash
            let again = try Self.shrunk(["--dies-of", kind.rawValue])
            #expect(again.contains { $0.contains("it dies of \(kind.rawValue)") })
        }

        @Test("A checker's complaint is made small too: one fault and no operation are left")
        func complaintIsShrunk() throws {
            let again = try Self.shrunk(["--mutation", Mutation.timersForgotten.rawValue])
            #expect(again.contains { $0.hasPrefix("failed 3 ") && $0.contains(" timers: ") })
        }

        /// Runs what fails with one fault and no operation; what its replay says, when it was made
        /// as small as that.
        private static func shrunk(_ options: [String]) throws -> [String] {
            let failed = try SimulatorProcess(["--seed", "3"] + options).finish()
            #expect(!failed.isWell)
            let replay = try #require(failed.lines.last { $0.hasPrefix("replay ") })
            let (seed, plan) = try #require(Self.shrunk(replay))
            let small = try #require(SimulationPlan(seed: 3, plan))
            #expect(seed == "3")
            #expect(small.faultsKept?.count == 1)
            #expect(small.operationsMax == 0)
            #expect(small.seconds < 200)
            let again = try SimulatorProcess(["--seed", seed, "--plan", plan]).finish()
            #expect(!again.isWell)
            return again.lines
        }
    #endif

    /// The command that runs again what failed: the shrunk plan, or the last one that began.
    private static func replay(of lines: [String]) -> String {
        let last =
            lines.last { $0.hasPrefix("replay ") }.flatMap(Self.shrunk)
            ?? lines.last { $0.hasPrefix("begins ") || $0.hasPrefix("tries ") }.flatMap(Self.begun)
        let command = "compose/test --filter ClusterSimulatorTests/manySeeds"
        guard let last else { return command }
        return "TWIN_SEED=\(last.seed) TWIN_SIMULATE_PLAN='\(last.plan)' \(command)"
    }

    private static func begun(_ line: String) -> (seed: String, plan: String)? {
        let words = line.split(separator: " ").map(String.init)
        return words.count == 3 ? (words[1], words[2]) : nil
    }

    /// `replay cluster-simulator --tell --seed 7 --plan '…'`.
    private static func shrunk(_ line: String) -> (seed: String, plan: String)? {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 7 else { return nil }
        return (words[4], words[6].trimmingCharacters(in: ["'"]))
    }

    /// What a run is asked for by its environment.
    private enum Asked {
        case seed(String)
        case seconds(String)
        /// What every run of all tests does.
        case nothing
    }

    private static var asked: Asked {
        if let seed = environment["TWIN_SEED"] { return .seed(seed) }
        return environment["TWIN_SIMULATE_SECONDS"].map { .seconds($0) } ?? .nothing
    }

    private static let processes = 2
    private static let seedsOfJoins = 100
    private static let seconds = 240
    /// A slow machine goes on for so long, until it has done its seeds.
    private static let secondsMax = 900
    #if DEBUG
        private static let seedsDefault = processes
    #else
        /// Two cores of 2026 do them in a little over three minutes, then more until four are over.
        private static let seedsDefault = 500
    #endif

    /// So many seeds must have been run in the end.
    private static var seedsMin: Int {
        switch asked {
        case .seed: 1
        case .seconds: processes
        case .nothing: seedsDefault
        }
    }

    /// One seed, or two processes that share many.
    private static var commands: [[String]] {
        let limits: [String]
        var first: UInt64 = 1
        switch asked {
        case .seed(let seed):
            let plan = environment["TWIN_SIMULATE_PLAN"].map { ["--plan", $0] } ?? []
            return [["--seed", seed, "--tell"] + plan]
        case .seconds(let seconds):
            limits = ["--count", "1", "--seconds", seconds]
            first = UInt64(Date().timeIntervalSince1970)
            print("simulator: seeds from \(first) on")
        case .nothing:
            let count = ["--count", "\(seedsDefault / processes)"]
            #if DEBUG
                // Not optimised a run costs minutes: only that everything still fits together.
                limits = count + ["--plan", "seconds=120,servers=60"]
            #else
                limits = count + ["--seconds", "\(seconds)", "--seconds-max", "\(secondsMax)"]
            #endif
        }
        return (0..<processes).map {
            ["--seed", "\(first + UInt64($0))", "--stride", "\(processes)"] + limits
        }
    }
}
