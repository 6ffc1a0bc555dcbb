import Foundation

/// Where our executables are: beside the test binary, or in `TWIN_EXECUTABLES`.
enum Executables {
    static func path(_ name: String) throws -> String {
        let folder: String
        if let chosen = ProcessInfo.processInfo.environment["TWIN_EXECUTABLES"] {
            folder = chosen
        } else {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            folder = URL(filePath: own).deletingLastPathComponent().path()
        }
        let path = URL(filePath: folder).appending(path: name).path()
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw HarnessError("\(path): wanted the executable; build it, or set TWIN_EXECUTABLES")
        }
        return path
    }

    /// A program of the system; nil when it is not installed.
    static func system(_ name: String) -> String? {
        ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Why a test could not go on.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
