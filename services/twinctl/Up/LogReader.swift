import Foundation
import Glibc

/// Follows a log file and copies what is new to standard output.
struct LogReader: ~Copyable {
    private static let chunkBytes = 4_096
    private let descriptor: Int32

    init(fromEndOf path: String) throws(UpError) {
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw .system(errno, couldNot: "open \(path)") }
        descriptor = opened
        lseek(descriptor, 0, SEEK_END)
    }

    deinit { close(descriptor) }

    /// Copies whatever was appended since the last call.
    mutating func copyNews() {
        var chunk = [UInt8](repeating: 0, count: LogReader.chunkBytes)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return }
            print(String(decoding: chunk.prefix(count), as: UTF8.self), terminator: "")
        }
    }
}
