import Foundation
import Glibc
import Synchronization

/// Standard output with one live line below what was said: lines scroll, the live line stays.
///
/// Without a terminal the live line is an ordinary line, written only when its gist changes.
final class Screen: Sendable {
    private struct State {
        var live: LiveLine?
        var lastGist = ""
    }

    let isTerminal: Bool
    private let state = Mutex(State())

    init(isTerminal: Bool = isatty(STDOUT_FILENO) == 1) { self.isTerminal = isTerminal }

    /// Writes lines above the live line.
    func say(_ text: String) {
        state.withLock { state in
            write(clear + text + "\n" + live(state))
        }
    }

    /// Replaces the live line.
    func show(_ line: LiveLine) {
        state.withLock { state in
            guard line != state.live else { return }
            let isNews = state.lastGist != line.gist
            state.live = line
            state.lastGist = line.gist
            if isTerminal {
                write(clear + live(state))
            } else if isNews {
                write(line.text + "\n")
            }
        }
    }

    /// Ends the live line, so that what follows begins on its own.
    func close() {
        state.withLock { state in
            if isTerminal, state.live != nil { write("\n") }
            state.live = nil
        }
    }

    /// Carriage return and ECMA-48 "erase in line".
    private var clear: String { isTerminal ? "\r\u{1B}[K" : "" }

    /// Shorter than the terminal is wide: a line that wraps could not be replaced.
    private func live(_ state: State) -> String {
        guard isTerminal, let line = state.live else { return "" }
        return String(line.text.prefix(max(1, TerminalSize.columns() - 1)))
    }

    private func write(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            // Nobody reads: what runs goes on, the logs have it.
            return
        }
    }
}
