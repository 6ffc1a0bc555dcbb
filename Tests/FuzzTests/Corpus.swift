import Foundation
import FuzzTargets

/// The files below `Tests/FuzzTests/Corpus`, a folder for each target.
enum Corpus {
    struct Input: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus")

    /// The inputs of a target by name.
    static func inputs(of target: FuzzTarget) throws -> [Input] {
        let folder = root.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles
        )
        .map { Input(name: $0.lastPathComponent, bytes: [UInt8](try Data(contentsOf: $0))) }
        .sorted { $0.name < $1.name }
    }

    /// Writes an input unless it is there.
    static func write(_ bytes: [UInt8], named name: String, of target: FuzzTarget) throws {
        let folder = root.appending(path: target.rawValue)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appending(path: name))
    }
}
