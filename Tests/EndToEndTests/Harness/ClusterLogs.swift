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

    /// Forgets the logs below a folder that goes away.
    func forget(below folder: String) {
        entries.withLock { $0.removeAll { $0.path.hasPrefix(folder) } }
    }

    /// The last lines of every log of the running test, each under its path.
    var tails: [String] {
        let test = Test.current?.id
        return entries.withLock { $0 }.filter { $0.test == test }.map { entry in
            let lines = LogText.read(entry.path).split(separator: "\n").suffix(Self.linesShown)
            return "\(entry.path):\n\(lines.joined(separator: "\n"))"
        }
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
