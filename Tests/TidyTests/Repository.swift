import Foundation

/// The checked-out tree that this test was built from.
struct Repository {
    /// Everything that people wrote; builds and checkouts are in dot-folders.
    static let current = Repository()

    private static let folders = ["Sources", "Tests", "services", "compose"]

    /// All text files with a known ending, in path order.
    let files: [SourceFile]
    private let root: URL

    private init() {
        root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let root = root
        files = Repository.folders.flatMap { Repository.paths(below: root.appending(path: $0)) }
            .map { String($0.dropFirst(root.path(percentEncoded: false).count)) }
            .filter { SourceFile.Language(path: $0) != nil }
            .sorted()
            .compactMap { SourceFile(root: root, path: $0) }
    }

    func files(below folder: String) -> [SourceFile] {
        files.filter { $0.path.hasPrefix(folder + "/") }
    }

    /// Names in a folder, hidden ones left out; "" is the top level.
    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: folder).path(percentEncoded: false)
        )
        .filter { !$0.hasPrefix(".") }.sorted()
    }

    private static func paths(below folder: URL) -> [String] {
        let found = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
        return found?.compactMap { ($0 as? URL)?.path(percentEncoded: false) } ?? []
    }
}
