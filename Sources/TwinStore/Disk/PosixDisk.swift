import Foundation
import Glibc

/// The disk of production: files of one directory of the operating system.
package struct PosixDisk: Disk {
    /// Path of the directory, without a closing slash.
    package let directory: String

    /// Uses `directory`, making it with mode 0700 when it does not exist.
    package init(directory: String) throws(StoreError) {
        self.directory = directory
        try Self.makeDirectory(directory)
    }

    /// Uses a directory that must exist already; for readers of another process's state.
    package init(existing directory: String) throws(StoreError) {
        self.directory = directory
        guard unsafe access(directory, R_OK | X_OK) == 0 else {
            throw .system(errno, couldNot: "read the directory", file: directory)
        }
    }

    package func create(_ name: String, bytes: UInt64) throws(StoreError) -> PosixFile {
        let path = location(of: name)
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL)
        do {
            try file.reserve(bytes)
        } catch {
            unsafe unlink(path)
            throw error
        }
        return file
    }

    package func open(_ name: String, for access: DiskAccess) throws(StoreError) -> PosixFile {
        let flags =
            switch access {
            case .reading: O_RDONLY
            case .writing: O_RDWR
            }
        return try PosixFile(path: location(of: name), flags: flags)
    }

    package func names() throws(StoreError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw .foundation(error, couldNot: "list the directory", file: directory)
        }
    }

    package func rename(_ name: String, to newName: String) throws(StoreError) {
        guard unsafe Glibc.rename(location(of: name), location(of: newName)) == 0 else {
            throw .system(errno, couldNot: "rename to \(newName)", file: location(of: name))
        }
    }

    package func remove(_ name: String) throws(StoreError) {
        guard unsafe unlink(location(of: name)) == 0 else {
            throw .system(errno, couldNot: "remove the file", file: location(of: name))
        }
    }

    package func syncDirectory() throws(StoreError) {
        try PosixFile(path: directory, flags: O_RDONLY | O_DIRECTORY).syncAll()
    }

    /// Makes `path` and what leads to it, each with mode 0700; leaves an existing one as it is.
    static func makeDirectory(_ path: String) throws(StoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: NSNumber(value: 0o700)])
        } catch {
            throw .foundation(error, couldNot: "create the directory", file: path)
        }
    }

    package func location(of name: String) -> String { "\(directory)/\(name)" }
}
