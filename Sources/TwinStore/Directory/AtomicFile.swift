import Foundation
import Glibc

/// Small files that are read whole and replaced whole.
enum AtomicFile {
    /// Puts `bytes` at `path` with mode 0600: after a crash or a power cut the file is the old
    /// one or the new one. Durable on return.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let unfinished = path + ".new"
        let file = try PosixFile(path: unfinished, flags: O_RDWR | O_CREAT)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
        try file.sync()
        try moveDurably(unfinished, to: path)
    }

    /// Renames within or between directories of one file system and makes that durable.
    static func moveDurably(_ path: String, to newPath: String) throws(StoreError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else {
            throw .system(errno, couldNot: "rename to \(newPath)", file: path)
        }
        let directory = URL(filePath: newPath).deletingLastPathComponent().path(
            percentEncoded: false)
        try PosixFile(path: directory, flags: O_RDONLY | O_DIRECTORY).syncAll()
    }

    /// The contents of `path`; nil when there is no such file.
    static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        guard unsafe access(path, F_OK) == 0 else { return nil }
        let file = try PosixFile(path: path, flags: O_RDONLY)
        var bytes: [UInt8] = []
        try file.read(StoreLimits.smallFileBytesMax, at: 0, into: &bytes)
        return bytes
    }
}
