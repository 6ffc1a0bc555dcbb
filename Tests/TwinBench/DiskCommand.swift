import ArgumentParser
import TwinClient
import TwinStore

/// What the disk takes for one commit: an append and `fdatasync`.
///
/// In a file whose blocks are written already, as those of the journal's recycled segments are; or
/// in one whose blocks are only reserved, as those of its new segments are, where each sync also
/// makes the file system write what it knows of them.
struct DiskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disk", abstract: "Append and sync, nothing else")

    @Option(help: "Bytes of a commit.")
    var bytes = 4_096

    @Option(help: "How long is measured, in seconds.")
    var seconds = 10

    @Option(help: "A directory for the file; made if absent.")
    var stateDir: String

    @Flag(help: "Append to blocks that are reserved and were never written.")
    var fresh = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...Self.fileBytes).contains(bytes) else {
            throw ValidationError("--bytes: wanted 1 to \(Self.fileBytes), found \(bytes)")
        }
    }

    func run() throws {
        let disk = try PosixDisk(directory: stateDir)
        var file = try segment(on: disk)
        let commit = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var latencies = Latencies()
        var offset = 0
        let began = ClientTime.monotonicNanoseconds
        let end = began + Int64(seconds) * 1_000_000_000
        var now = began
        while now < end {
            if offset + bytes > Self.fileBytes {
                offset = 0
                if fresh {
                    try disk.remove(Self.fileName)
                    file = try segment(on: disk)
                    now = ClientTime.monotonicNanoseconds
                }
            }
            try file.write(commit.span, at: UInt64(offset))
            try file.sync()
            offset += bytes
            let done = ClientTime.monotonicNanoseconds
            latencies.record(nanoseconds: done - now)
            now = done
        }
        try disk.remove(Self.fileName)
        let rate = Double(latencies.count) * 1e9 / Double(now - began)
        var measurement = output.measurement("disk")
        measurement.note("bytesPerCommit", Double(bytes))
        measurement.note("commitsPerSecond", rate)
        measurement.note("megabytesPerSecond", rate * Double(bytes) / 1e6)
        latencies.note(in: &measurement)
        try output.tell(measurement)
    }

    private func segment(on disk: PosixDisk) throws -> PosixFile {
        let file = try disk.create(Self.fileName, bytes: UInt64(Self.fileBytes))
        if !fresh {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            for offset in stride(from: 0, to: Self.fileBytes, by: zeros.count) {
                try file.write(zeros.span, at: UInt64(offset))
            }
        }
        try file.sync()
        return file
    }

    private static let fileName = "raw-commits"
    /// A segment of the journal.
    private static let fileBytes = 64 << 20
}
