import Foundation

/// A folder of one test's own, removed with the value unless somebody wants to look.
final class ScratchFolder {
    let path: String
    private var isKept = false

    init() throws {
        let name = "dc-twins-\(UUID().uuidString.prefix(8))"
        path = FileManager.default.temporaryDirectory.appending(path: name).path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// It stays for people.
    func keep() { isKept = true }

    deinit {
        if isKept { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) stays: \(error)")
        }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a text file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: file(name)))
        return file(name)
    }

    func copy(_ from: String, to: String) throws {
        try FileManager.default.copyItem(atPath: file(from), toPath: file(to))
    }

    func move(_ from: String, to: String) throws {
        try FileManager.default.moveItem(atPath: file(from), toPath: file(to))
    }
}
