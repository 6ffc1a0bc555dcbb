/// Every mistake in a program's settings, one sentence each.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}
