import Foundation
import Synchronization
import Testing

/// The log files of the processes that run now, so that a failure can show how they end.
final class ClusterLogs: Sendable {
    static let shared = ClusterLogs()

    private static let linesShown = 25

    private struct Entry: Sendable {
        let path: String
        /// The test that started the process; nil outside of any.
        let test: Test.ID?
        /// What is kept of a file that is gone.
        var kept: String?

        /// The end of the log under its path.
        var tail: String {
            if let kept { return kept }
            let lines = LogText.read(path).split(separator: "\n").suffix(ClusterLogs.linesShown)
            return "\(path):\n\(lines.joined(separator: "\n"))"
        }
    }

    private let entries = Mutex<[Entry]>([])

    func add(_ path: String) {
        let test = Test.current?.id
        entries.withLock { entries in
            if !entries.contains(where: { $0.path == path }) {
                entries.append(Entry(path: path, test: test))
            }
        }
    }

    /// Keeps the ends of the logs below a folder that goes away: an error that a test throws is
    /// told only after its cluster is gone.
    func keep(below folder: String) {
        entries.withLock { entries in
            for index in entries.indices where entries[index].path.hasPrefix(folder) {
                entries[index].kept = entries[index].tail
            }
        }
    }

    /// The last lines of every log of the running test, each under its path.
    var tails: [String] {
        let test = Test.current?.id
        return entries.withLock { $0 }.filter { $0.test == test }.map(\.tail)
    }
}

/// What a process has said so far.
enum LogText {
    /// The whole text; what cannot be read is said in its place.
    static func read(_ path: String) -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            return "(\(path) cannot be read: \(error))"
        }
    }
}
