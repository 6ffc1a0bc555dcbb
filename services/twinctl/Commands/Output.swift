import Foundation

/// Where a command's answer and everything else go: stdout and stderr, or a test's buffers.
struct Output {
    /// The answer.
    let answer: (String) -> Void
    /// Everything else.
    let note: (String) -> Void
    let answersToTerminal: Bool
    let notesToTerminal: Bool

    /// The process's own streams, a line each.
    static var standard: Output {
        Output(
            answer: { FileHandle.standardOutput.write(Data(($0 + "\n").utf8)) },
            note: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) },
            answersToTerminal: isatty(STDOUT_FILENO) == 1,
            notesToTerminal: isatty(STDERR_FILENO) == 1)
    }
}
