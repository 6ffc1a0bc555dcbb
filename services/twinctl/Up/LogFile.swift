import Foundation
import Glibc

/// The file that one process' output goes to, kept short enough to read.
package struct LogFile: ~Copyable {
    /// A longer file is put aside as `….log.old` before the next start.
    package static let bytesMax = 16 << 20
    package static let tailLines = 15
    private static let tailBytesMax = 8_192

    package let descriptor: Int32

    /// Opens `path` for appending, mode 0600.
    package init(appendingTo path: String) throws(UpError) {
        var facts = stat()
        if unsafe stat(path, &facts) == 0, facts.st_size > LogFile.bytesMax,
            unsafe rename(path, path + ".old") != 0
        {
            throw .system(errno, couldNot: "put \(path) aside")
        }
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .system(errno, couldNot: "open \(path)") }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// The last lines of a log; empty when there is none.
    package static func tail(_ path: String) -> [String] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        do {
            let size = try file.seekToEnd()
            try file.seek(toOffset: size - min(size, UInt64(tailBytesMax)))
            let bytes = try file.readToEnd() ?? Data()
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            return lines.suffix(tailLines).map(String.init)
        } catch {
            return ["(\(path) cannot be read: \(error))"]
        }
    }
}
