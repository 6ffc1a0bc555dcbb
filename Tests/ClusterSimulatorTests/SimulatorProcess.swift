import Foundation

/// A `cluster-simulator` of its own for each part of the seeds: a run that ends its process does
/// not end the tests, and is known by the last seed it began.
struct SimulatorProcess {
    private let process: Process
    private let output: Pipe
    let arguments: [String]

    init(_ arguments: [String]) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder =
            ProcessInfo.processInfo.environment["TWIN_EXECUTABLES"]
            ?? URL(filePath: own).deletingLastPathComponent().path()
        self.arguments = arguments
        process = Process()
        output = Pipe()
        process.executableURL = URL(filePath: folder).appending(path: "cluster-simulator")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Waits for the end; all that it has said, and whether it ended well.
    func finish() throws -> (lines: [String], isWell: Bool) {
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        let isWell = process.terminationReason == .exit && process.terminationStatus == 0
        return (lines, isWell)
    }
}
