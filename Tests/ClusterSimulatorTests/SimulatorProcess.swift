import Dispatch
import Foundation
import Synchronization

/// A `cluster-simulator` of its own for each part of the seeds: a run that ends its process does
/// not end the tests, and is known by the last seed it began.
///
/// What it says is read on a thread of its own: a pipe that nobody reads would stop it.
final class SimulatorProcess {
    private let process: Process
    private let reader: Reader

    /// - Parameter tell: gets each line at once, on another thread.
    init(_ arguments: [String], tell: @escaping @Sendable (String) -> Void = { _ in }) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder =
            ProcessInfo.processInfo.environment["TWIN_EXECUTABLES"]
            ?? URL(filePath: own).deletingLastPathComponent().path()
        let output = Pipe()
        process = Process()
        process.executableURL = URL(filePath: folder).appending(path: "cluster-simulator")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        reader = Reader(of: output.fileHandleForReading, tell: tell)
    }

    /// Waits for the end; all that it has said, and whether it ended well.
    func finish() -> (lines: [String], isWell: Bool) {
        let lines = reader.finish()
        process.waitUntilExit()
        let isWell = process.terminationReason == .exit && process.terminationStatus == 0
        return (lines, isWell)
    }
}

/// Takes lines out of a pipe as soon as they come.
private final class Reader: Sendable {
    private let lines = Mutex<[String]>([])
    private let ended = DispatchSemaphore(value: 0)

    init(of file: FileHandle, tell: @escaping @Sendable (String) -> Void) {
        let thread = Thread { [self] in
            read(file, tell)
            ended.signal()
        }
        thread.name = "simulator"
        thread.start()
    }

    /// Every line, once the other side has closed.
    func finish() -> [String] {
        ended.wait()
        return lines.withLock { $0 }
    }

    private func read(_ file: FileHandle, _ tell: (String) -> Void) {
        var rest: [UInt8] = []
        while true {
            let data = file.availableData
            guard !data.isEmpty else { break }
            rest += data
            let parts = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for part in parts.dropLast() where !part.isEmpty { take(part, tell) }
            rest = Array(parts.last ?? [])
        }
        if !rest.isEmpty { take(rest[...], tell) }
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ tell: (String) -> Void) {
        let line = String(decoding: bytes, as: UTF8.self)
        lines.withLock { $0.append(line) }
        tell(line)
    }
}
