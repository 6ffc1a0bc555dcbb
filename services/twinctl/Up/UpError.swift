package import TwinClient

/// Why `up` or `down` could not do what was asked, as one sentence, with the exit code of cli.md.
package struct UpError: Error, CustomStringConvertible, Equatable {
    package let status: ExitStatus
    package let description: String

    package init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }

    /// A system call that failed: what was tried, on what, and the system's words.
    package static func system(_ code: Int32, couldNot action: String) -> UpError {
        UpError(.internal, "could not \(action): \(SystemWords.of(code))")
    }
}
