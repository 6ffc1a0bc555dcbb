import ClusterSimulator
import Foundation

/// A `cluster-simulator` that this one has started: it may die of what it simulates, and its last
/// words say of which run.
struct SimulatorChild {
    /// The run that failed.
    struct Failure {
        let plan: SimulationPlan
        let violation: Simulation.Violation
        /// No checker complained: the process has ended in the middle.
        let isDeath: Bool
    }

    /// What a death is called where others have the name of a checker.
    static let death = "process"

    let status: Int32
    let isWell: Bool
    /// nil = it ended well, or for another reason than a run.
    let failure: Failure?

    /// Runs it to its end.
    ///
    /// - Parameter tell: gets each line at once.
    init(_ arguments: [String], tell: (String) -> Void) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(
            filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        var plan: SimulationPlan?
        var violation: Simulation.Violation?
        var lastWords = ""
        Self.forEachLine(of: output.fileHandleForReading) { line in
            tell(line)
            let words = line.split(separator: " ", maxSplits: 2)
            if words.count == 3, words[0] == "begins", let seed = UInt64(words[1]) {
                plan = SimulationPlan(seed: seed, String(words[2]))
            } else if words.count == 3, words[0] == "failed" {
                violation = Simulation.Violation(words[2])
            } else if lastWords.isEmpty {
                lastWords = line
            }
        }
        process.waitUntilExit()
        status = process.terminationStatus
        let isDeath = process.terminationReason == .uncaughtSignal
        isWell = !isDeath && status == 0
        if isDeath {
            violation = Simulation.Violation(checker: Self.death, sentence: lastWords, at: 0)
        }
        if let plan, let violation, !isWell {
            failure = Failure(plan: plan, violation: violation, isDeath: isDeath)
        } else {
            failure = nil
        }
    }

    private static func forEachLine(of file: FileHandle, _ body: (String) -> Void) {
        var rest: [UInt8] = []
        while true {
            let data = file.availableData
            guard !data.isEmpty else { break }
            rest += data
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                body(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end + 1)
            }
        }
        if !rest.isEmpty { body(String(decoding: rest, as: UTF8.self)) }
    }
}
