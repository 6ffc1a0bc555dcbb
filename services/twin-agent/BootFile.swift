internal import Foundation
package import HostMetrics

/// Remembers the host's boot beyond the agent's life, so that a reboot is told also when the agent
/// was not running before it. Replaced as a whole.
package struct BootFile: Sendable {
    private let directory: URL

    package init(directory: String) {
        self.directory = URL(filePath: directory, directoryHint: .isDirectory)
    }

    private var file: URL { directory.appending(path: "boot.json") }

    /// The last boot that was told; nil at the very first start.
    package func read() throws -> BootIdentity? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try JSONDecoder().decode(BootIdentity.self, from: Data(contentsOf: file))
    }

    package func write(_ boot: BootIdentity) throws {
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: Self.ownerOnly])
        try JSONEncoder().encode(boot).write(to: file, options: .atomic)
    }

    private static let ownerOnly = 0o700
}
