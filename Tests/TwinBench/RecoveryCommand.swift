import ArgumentParser
import Foundation
import Glibc
import TwinClient
import TwinCore
import TwinWire

/// How long a killed instance is away: kill -9, then the first report of one of its twins that is
/// answered `ok` again.
///
/// Another process puts the load on, another starts the instance again at once and keeps its
/// number in `--pid-file`; this one kills and asks. Reports that were sent before the kill do not
/// count.
struct RecoveryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery", abstract: "Time from kill -9 to the first ok")

    @OptionGroup var load: LoadOptions

    @Option(help: "The instance of the server tier that is killed.")
    var instance = "server-1"

    @Option(help: "The file that holds its process number.")
    var pidFile: String

    @Option(help: "Its state directory.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        var connection = try Connection(to: load.broker)
        let placement = try Fleet.completePlacement(over: &connection)
        let servers = try keys().filter { key in
            placement[placement.shard(of: TwinAddress(tier: .server, key: key))]?.instance.text
                == instance
        }
        guard let key = servers.first else { throw BenchError("\(instance) owns no server") }
        let owner = try InstanceName(instance)
        var probe = try PreparedBatch(
            of: [Fleet.Server(key: key, owner: owner)], now: ClientTime.wall)
        var client = try LeanClient(to: load.broker)
        let destination = Array("server/\(key)".utf8)
        // The load's first seconds, and a probe that shows that the way is open.
        Thread.sleep(forTimeInterval: Double(load.warmUp))
        _ = try answered(&client, &probe, destination, from: 0)
        let rows = try bytes(below: stateDir) { $0.contains(".sqlite") }
        let journal = try bytes(below: stateDir) { $0.contains("/journal/") }
        let killed = try kill()
        let back = try answered(&client, &probe, destination, from: Self.idsAfterKill)
        var measurement = output.measurement("recovery")
        measurement.note("restartSeconds", Double(back - killed) / 1e9)
        measurement.note("diskBytesPerTwin", Double(rows + journal) / Double(servers.count))
        measurement.note("rowBytesPerTwin", Double(rows) / Double(servers.count))
        measurement.note("journalMegabytes", Double(journal) / 1e6)
        try output.tell(measurement)
    }

    private static let idsAfterKill: UInt64 = 1 << 32
    private static let probeEveryMilliseconds = 20
    private static let patienceNanoseconds: Int64 = 300_000_000_000

    private func keys() throws -> [TwinKey] {
        try (0..<load.racks).flatMap { rack in
            try (0..<load.servers).map { try TwinKey("bench-r\(rack)-s\($0)") }
        }
    }

    /// Sends a report every 20 ms until one of these has its `ok`; gives that moment.
    private func answered(
        _ client: inout LeanClient, _ probe: inout PreparedBatch, _ destination: [UInt8],
        from first: UInt64
    ) throws -> Int64 {
        let end = ClientTime.monotonicNanoseconds + Self.patienceNanoseconds
        var id = first
        while ClientTime.monotonicNanoseconds < end {
            let payload = probe.payload(at: ClientTime.wall)
            if try client.send(to: destination, .reportBatch, id: id, payload: payload) { id += 1 }
            try client.wait(milliseconds: Self.probeEveryMilliseconds)
            while let answer = try client.receive() {
                if answer.id >= first, answer.refusal == nil {
                    return ClientTime.monotonicNanoseconds
                }
            }
        }
        throw BenchError("\(instance) did not come back in \(Self.patienceNanoseconds) ns")
    }

    /// Kills the instance as a power cut of its process would; gives the moment.
    private func kill() throws -> Int64 {
        let text = try String(contentsOfFile: pidFile, encoding: .utf8)
        guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw BenchError("--pid-file: wanted a process number in \(pidFile), found \(text)")
        }
        let moment = ClientTime.monotonicNanoseconds
        guard Glibc.kill(pid, SIGKILL) == 0 else {
            throw BenchError("process \(pid) could not be killed: error \(errno)")
        }
        return moment
    }

    private func bytes(below path: String, where isWanted: (String) -> Bool) throws -> Int {
        let found = FileManager.default.enumerator(
            at: URL(filePath: path), includingPropertiesForKeys: [.fileSizeKey])
        var sum = 0
        while let file = found?.nextObject() as? URL {
            guard isWanted(file.path(percentEncoded: false)) else { continue }
            sum += try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        }
        return sum
    }
}
