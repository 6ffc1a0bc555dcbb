/// What to look at next, below an answer: what was found, and the command that shows it.
struct NextSteps {
    private static let gap = 3
    private var steps: [(what: String, command: String?)] = []

    /// Adds a line; without a command it only tells.
    mutating func add(_ what: String, _ command: String? = nil) { steps.append((what, command)) }

    var isEmpty: Bool { steps.isEmpty }

    /// A line each, the commands below one another.
    var lines: [String] {
        let width = steps.filter { $0.command != nil }.map(\.what.count).max() ?? 0
        return steps.map { step in
            guard let command = step.command else { return step.what }
            let blanks = String(repeating: " ", count: width - step.what.count + NextSteps.gap)
            return "\(step.what)\(blanks)→ twinctl \(command)"
        }
    }
}
