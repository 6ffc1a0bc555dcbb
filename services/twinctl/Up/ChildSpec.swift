/// One process that `up` runs: which, with what, and when it is its turn.
package struct ChildSpec: Equatable, Sendable {
    /// Processes of one stage start together; they stop in the reverse order of the stages.
    package enum Stage: Int, CaseIterable, Comparable, Sendable {
        case broker
        case services
        /// Runs to its end once the cluster is ready, before the sources start.
        case setUp
        /// What feeds the cluster.
        case sources

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// Unique; also the name of the log file.
    package let name: String
    package let stage: Stage
    package let executable: String
    package let arguments: [String]

    package init(name: String, stage: Stage, executable: String, arguments: [String]) {
        self.name = name
        self.stage = stage
        self.executable = executable
        self.arguments = arguments
    }

    /// Whether it is done once it ended with success, rather than started again.
    var isTask: Bool { stage == .setUp }
}
