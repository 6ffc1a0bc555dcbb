/// Reads settings from flags and from the environment, and collects every mistake.
///
/// The flag `--some-name` has the variable `TWIN_SOME_NAME`; the flag prevails.
struct AgentFlags {
    private let flags: [String: String]
    private let environment: [String: String]
    /// One sentence a mistake, in the order of asking.
    private(set) var problems: [String] = []

    init(flags: [String: String?], environment: [String: String]) {
        self.flags = flags.compactMapValues { $0 }
        self.environment = environment
    }

    /// What `parse` makes of a setting; nil when it is absent, or wrong and noted.
    ///
    /// - Parameter wanted: completes "wanted …" when `parse` says nil.
    mutating func value<Value>(
        _ name: String, wanted: String, parse: (String) -> Value?
    ) -> Value? {
        let variable =
            "TWIN_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
        let isFlag = flags[name] != nil
        guard let text = flags[name] ?? environment[variable] else { return nil }
        if let value = parse(text) { return value }
        complain("\(isFlag ? "--\(name)" : variable): wanted \(wanted), found \"\(text)\"")
        return nil
    }

    mutating func complain(_ problem: String) { problems.append(problem) }
}

/// Every mistake in the settings, one sentence each.
package struct AgentSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let problems: [String]

    package var description: String { problems.joined(separator: "\n") }
}
