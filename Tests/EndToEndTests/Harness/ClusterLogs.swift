import Foundation
import Synchronization

/// The log files of the processes that run now, so that a failure can show how they end.
final class ClusterLogs: Sendable {
    static let shared = ClusterLogs()

    private static let linesShown = 25

    private let paths = Mutex<[String]>([])

    func add(_ path: String) {
        paths.withLock { paths in
            if !paths.contains(path) { paths.append(path) }
        }
    }

    /// Forgets the logs below a folder that goes away.
    func forget(below folder: String) {
        paths.withLock { $0.removeAll { $0.hasPrefix(folder) } }
    }

    /// The last lines of every log, each under its path.
    var tails: [String] {
        paths.withLock { $0 }.map { path in
            let lines = LogText.read(path).split(separator: "\n").suffix(Self.linesShown)
            return "\(path):\n\(lines.joined(separator: "\n"))"
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
