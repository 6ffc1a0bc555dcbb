/// A change of state for the log: a fixed sentence and what it is about.
package struct BrokerNote: Equatable, Sendable {
    package enum Level: Equatable, Sendable {
        case info, warning, error
    }

    package let level: Level
    package let sentence: String
    /// Metadata of the log line.
    package let details: [String: String]

    package init(_ level: Level, _ sentence: String, _ details: [String: String] = [:]) {
        self.level = level
        self.sentence = sentence
        self.details = details
    }
}
