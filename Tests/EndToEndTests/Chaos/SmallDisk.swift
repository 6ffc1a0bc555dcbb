import Foundation

/// A small file system of its own under one state directory, so that it can be full.
final class SmallDisk {
    let path: String
    private let filler: String

    /// Room for the journal segments that an instance reserves, and little more.
    private static let megabytes = 200
    private static let blocks = [1 << 20, 1 << 12]

    private init(path: String) {
        self.path = path
        filler = "\(path)/filler"
    }

    deinit { Self.unmount(path) }

    /// Mounts one; nil where the machine does not let us.
    static func make(at path: String, in folder: ScratchFolder) async throws -> SmallDisk? {
        guard let mount = Executables.system("mount"), Executables.system("umount") != nil else {
            return nil
        }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let mounted = try await Tool.run(
            path: mount,
            ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0700", "tmpfs", path], in: folder)
        return mounted.status == 0 ? SmallDisk(path: path) : nil
    }

    /// Writes until nothing more fits.
    func fill() throws {
        guard FileManager.default.createFile(atPath: filler, contents: nil) else { return }
        let file = try FileHandle(forWritingTo: URL(filePath: filler))
        defer { file.closeFile() }
        for size in Self.blocks {
            let block = Data(count: size)
            var isFull = false
            while !isFull {
                do {
                    try file.write(contentsOf: block)
                } catch {
                    isFull = true
                }
            }
        }
    }

    /// Gives the room back.
    func clear() throws {
        guard FileManager.default.fileExists(atPath: filler) else { return }
        try FileManager.default.removeItem(atPath: filler)
    }

    /// Leaves its content at `place`, because it goes with the mount.
    func keep(at place: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: place)
    }

    private static func unmount(_ path: String) {
        guard let umount = Executables.system("umount") else { return }
        do {
            let process = try Process.run(URL(filePath: umount), arguments: ["-l", path])
            process.waitUntilExit()
        } catch {
            print("\(path) stays mounted: \(error)")
        }
    }
}
