import Foundation

/// A temporary folder with a server's kernel files, removed with its object.
///
/// Writes only what differs from what is there: a minute changes a few hundred of a thousand files.
final class FixtureTree {
    let folder: URL
    private var files: [String: String] = [:]

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "host-metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Where the tree is, as a program is told.
    var path: String { folder.path }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("could not remove \(folder.path): \(error)")
        }
    }

    /// Makes the folder show `server`; folders of unplugged devices go with their files.
    func show(_ server: BigServer) throws {
        let manager = FileManager.default
        let wanted = server.files
        let before = Self.parents(of: files.keys)
        let after = Self.parents(of: wanted.keys)
        for path in files.keys where wanted[path] == nil {
            try manager.removeItem(atPath: absolute(path))
        }
        for path in before.subtracting(after) where manager.fileExists(atPath: absolute(path)) {
            try manager.removeItem(atPath: absolute(path))
        }
        for path in after.subtracting(before) { try makeFolder(path) }
        for (path, text) in wanted where files[path] != text {
            try Data((text + "\n").utf8).write(to: URL(filePath: absolute(path)))
        }
        files = wanted
        for point in server.mountPoints { try makeFolder(point) }
        for (path, target) in server.links where !manager.fileExists(atPath: absolute(path)) {
            try makeFolder(target)
            try manager.createSymbolicLink(
                atPath: absolute(path), withDestinationPath: absolute(target))
        }
    }

    private func absolute(_ path: String) -> String { "\(folder.path)/\(path)" }

    private func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: absolute(path), withIntermediateDirectories: true)
    }

    private static func parents(of paths: some Sequence<String>) -> Set<String> {
        Set(paths.compactMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } })
    }
}
