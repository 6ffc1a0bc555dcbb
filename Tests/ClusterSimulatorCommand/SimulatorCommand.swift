import ArgumentParser
import ClusterSimulator
import Glibc

/// Runs the cluster simulator: one seed to look at, or as many as fit a time to look for one that
/// fails. Ends with status 1 after the first failing seed, made small and with the command that
/// replays it.
///
/// Many seeds run in a child of this process, so that one which ends its process is made small too.
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

    @Option(help: "Die when a fault of this kind begins, to see that a death is made small too.")
    var diesOf: String?

    @Option(help: "Break this behaviour, to see that a checker's complaint is made small.")
    var mutation: String?

    @Flag(help: "Run here, without a child, and make nothing small.")
    var alone = false

    @Flag(help: "Print what happens, with virtual times.")
    var tell = false

    @Flag(help: "One line for each seed.")
    var each = false

    func run() throws {
        guard !alone, !tell, plan == nil else { return try runHere() }
        let child = try SimulatorChild(CommandLine.arguments.dropFirst() + ["--alone"]) { say($0) }
        guard !child.isWell else { return }
        guard let failure = child.failure else { throw ExitCode(child.status) }
        shrink(failure)
        throw ExitCode.failure
    }

    private func runHere() throws {
        let began = Self.now
        var tally = SimulationTally()
        var next = seed
        while tally.seeds < count || Self.now - began < seconds, Self.now - began < secondsMax {
            let chosen = try plan(of: next)
            // A run that ends the process has said which it was, to the last option.
            say("begins \(next) \(chosen)")
            let outcome = Simulation.run(chosen, tells: tell)
            tally.add(outcome)
            if each || tell {
                print("hash \(next) \(outcome.hash)")
            }
            if let first = outcome.violations.first {
                say("failed \(next) \(first)")
                if !alone { say(replay(of: chosen)) }
                throw ExitCode.failure
            }
            next &+= stride
        }
        print("tally \(tally.line)")
    }

    private func plan(of seed: UInt64) throws -> SimulationPlan {
        if let plan {
            guard let parsed = SimulationPlan(seed: seed, plan) else {
                throw ValidationError("--plan: not understood: \(plan)")
            }
            return parsed
        }
        var whole = SimulationPlan(seed: seed)
        if let diesOf {
            guard let kind = FaultKind(rawValue: diesOf) else {
                throw ValidationError("--dies-of: no kind of fault: \(diesOf)")
            }
            whole.diesOf = kind
        }
        if let mutation {
            guard let wanted = Mutation(rawValue: mutation) else {
                throw ValidationError("--mutation: no such behaviour: \(mutation)")
            }
            whole.mutation = wanted
        }
        return whole
    }

    /// Makes a failing run small: each try is a child of its own, which may die.
    private func shrink(_ failure: SimulatorChild.Failure) {
        var last = failure.violation
        var shrinker = Shrinker(checker: failure.violation.checker) { candidate in
            say("tries \(candidate.seed) \(candidate)")
            let arguments = ["--alone", "--seed", "\(candidate.seed)", "--plan", "\(candidate)"]
            do {
                guard let found = try SimulatorChild(arguments, tell: { _ in }).failure else {
                    return []
                }
                if found.violation.checker == last.checker { last = found.violation }
                return [found.violation]
            } catch {
                say("tries in vain: \(error)")
                return []
            }
        }
        let small = shrinker.shrink(
            failure.plan, at: failure.isDeath ? nil : failure.violation.at)
        say("shrunk \(small.seed) \(last)")
        say(replay(of: small))
    }

    private func replay(of plan: SimulationPlan) -> String {
        "replay cluster-simulator --tell --seed \(plan.seed) --plan '\(plan)'"
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
