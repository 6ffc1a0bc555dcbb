import Foundation

/// One text file of ours, by lines.
struct SourceFile: Sendable {
    enum Language: Sendable {
        case swift, c, python, shell

        init?(path: String) {
            switch (path as NSString).pathExtension {
            case "swift": self = .swift
            case "c", "h": self = .c
            case "py": self = .python
            case "sh": self = .shell
            case "" where path.hasPrefix("compose/") && !path.hasSuffix("Dockerfile"):
                self = .shell
            default: return nil
            }
        }
    }

    /// From the top of the repository.
    let path: String
    let language: Language
    let lines: [String]

    init?(root: URL, path: String) {
        guard let language = Language(path: path),
            let bytes = FileManager.default.contents(
                atPath: root.appending(path: path).path(percentEncoded: false))
        else { return nil }
        self.path = path
        self.language = language
        lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The lines of a Swift file without comments and string literals.
    var code: [String] {
        var stripper = CodeStripper()
        return lines.map { stripper.code(of: $0) }
    }

    /// `path:line` of each of these lines that `isFound` says yes to.
    func places(in lines: [String], where isFound: (String) -> Bool) -> [String] {
        lines.enumerated().filter { isFound($0.element) }.map { "\(path):\($0.offset + 1)" }
    }

    /// Modules that the file imports.
    var imports: Set<String> {
        Set(
            code.compactMap { line in
                let words = Words.of(line)
                guard let index = words.firstIndex(of: "import"),
                    words[..<index].allSatisfy(SourceFile.mayPrecedeImport.contains),
                    words.indices.contains(index + 1)
                else { return nil }
                let module = words[index + 1]
                let isKind = SourceFile.importKinds.contains(module)
                return isKind && words.indices.contains(index + 2) ? words[index + 2] : module
            })
    }

    private static let mayPrecedeImport: Set<String> = [
        "package", "internal", "public", "private", "fileprivate", "testable", "preconcurrency",
    ]
    private static let importKinds: Set<String> = ["struct", "class", "enum", "func", "protocol"]
}
