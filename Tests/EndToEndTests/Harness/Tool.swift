import Foundation

/// One run of a command to its end.
struct Tool {
    let status: Int32
    /// Both outputs, as they came.
    let text: String

    /// Runs one of our executables.
    static func run(
        _ name: String, _ arguments: [String], in folder: ScratchFolder, within seconds: Double = 60
    ) async throws -> Tool {
        try await run(path: Executables.path(name), arguments, in: folder, within: seconds)
    }

    static func run(
        path: String, _ arguments: [String], in folder: ScratchFolder, within seconds: Double = 60
    ) async throws -> Tool {
        let log = folder.file("run-\(UUID().uuidString.prefix(8)).txt")
        let process = try ServiceProcess(path, arguments, log: log)
        switch try await process.end(within: seconds) {
        case .exit(let status): return Tool(status: status, text: process.log)
        case .signal(let signal):
            throw HarnessError("\(path) \(arguments) ended by signal \(signal): \(process.log)")
        }
    }
}
