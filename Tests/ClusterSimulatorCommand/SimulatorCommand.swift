import ArgumentParser
import ClusterSimulator
import Glibc

/// Runs the cluster simulator: one seed to look at, or as many as fit a time to look for one that
/// fails. Ends with status 1 after the first failing seed, made small and with the command that
/// replays it.
@main
struct SimulatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-simulator",
        abstract: "Runs a whole simulated cluster, decided by a seed.")

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds at least.")
    var count = 1

    @Option(help: "Distance from one seed to the next, for several processes side by side.")
    var stride: UInt64 = 1

    @Option(help: "Go on with further seeds until so many seconds are over.")
    var seconds = 0.0

    @Option(help: "Stop after so many seconds, whatever the count.")
    var secondsMax = Double.infinity

    @Option(help: "Only part of what the seed draws, as a failing run prints it.")
    var plan: String?

    @Option(help: "Seeds to leave out: what is wrong there is known.")
    var except: [UInt64] = []

    @Flag(help: "Print what happens, with virtual times.")
    var tell = false

    @Flag(help: "One line for each seed.")
    var each = false

    func run() throws {
        let began = Self.now
        var tally = SimulationTally()
        var next = seed
        while tally.seeds < count || Self.now - began < seconds, Self.now - began < secondsMax {
            guard !except.contains(next) else {
                next &+= stride
                continue
            }
            let chosen = try plan(of: next)
            // A run that ends the process has said which it was, to the last option.
            say("begins \(next) \(chosen)")
            let outcome = Simulation.run(chosen, tells: tell)
            tally.add(outcome)
            if each || tell {
                print("hash \(next) \(outcome.hash)")
            }
            guard outcome.violations.isEmpty else { return try report(outcome) }
            next &+= stride
        }
        print("tally \(tally.line)")
    }

    private func plan(of seed: UInt64) throws -> SimulationPlan {
        guard let plan else { return SimulationPlan(mixing: seed) }
        guard let parsed = SimulationPlan(seed: seed, plan) else {
            throw ValidationError("--plan: not understood: \(plan)")
        }
        return parsed
    }

    private func report(_ outcome: Simulation.Outcome) throws {
        let first = outcome.violations[0]
        say("failed \(outcome.plan.seed) \(first)")
        var small = outcome.plan
        if plan == nil {
            var shrinker = Shrinker(checker: first.checker) { candidate in
                say("tries \(candidate.seed) \(candidate)")
                return Simulation.run(candidate).violations
            }
            small = shrinker.shrink(
                outcome.plan, faultCount: outcome.faultCount, at: first.at)
            if let last = Simulation.run(small).violations.first {
                say("shrunk \(outcome.plan.seed) \(last)")
            }
        }
        say("replay cluster-simulator --tell --seed \(outcome.plan.seed) --plan '\(small)'")
        throw ExitCode.failure
    }

    /// Out at once, so that it is not lost with the process.
    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
