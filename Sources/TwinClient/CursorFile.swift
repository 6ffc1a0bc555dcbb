internal import FoundationEssentials

/// The file in which a reader of alerts keeps its cursor from run to run.
///
/// Replaced as a whole: a reader killed at any time finds the old cursor or the new one.
package struct CursorFile: Sendable {
    private let path: String

    package init(path: String) { self.path = path }

    /// The cursor; nil when there is no file yet.
    package func read() throws(ClientError) -> ReaderCursor? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .system("--cursor-file \(path): cannot be read: \(error)")
        }
        return try ReaderCursor(text: text)
    }

    /// Replaces the file.
    package func write(_ cursor: ReaderCursor) throws(ClientError) {
        do {
            try Data((cursor.text + "\n").utf8).write(
                to: URL(filePath: path), options: .atomic)
        } catch {
            throw .system("--cursor-file \(path): cannot be written: \(error)")
        }
    }
}
