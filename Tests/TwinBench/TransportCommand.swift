import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// What the raw library carries over the same two hops: messages of the same size in the same
/// window, no twins, no disk.
struct TransportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transport", abstract: "Messages a second over two bare hops")

    @Option(help: "Reports in a message.")
    var batch = 1

    @Option(help: "How the report of a message of one is written: packed or map.")
    var form = ReportForm.packed

    @Option(help: "Messages on their way.")
    var inFlight = 512

    @Option(help: "How long is measured, in seconds.")
    var seconds = 10

    @OptionGroup var output: OutputOptions

    func run() throws {
        let loop = try BareLoop(answer: try form.answer)
        var flood = try LeanFlood(try messages(), window: inFlight, to: loop.endpoint)
        _ = try flood.run(seconds: 1)
        let usage = try MeasuredProcess.itself.usage()
        let messages = try flood.run(seconds: seconds)
        let cpu = try MeasuredProcess.itself.usage().cpuSeconds - usage.cpuSeconds
        var measurement = output.measurement("transport")
        measurement.note("messagesPerSecond", Double(messages) / Double(seconds))
        measurement.note("reportsPerSecond", Double(messages * batch) / Double(seconds))
        measurement.note("cpuMicrosecondsPerMessage", cpu * 1e6 / Double(max(1, messages)))
        try output.tell(measurement)
    }

    private func messages() throws -> [(destination: [UInt8], content: LeanFlood.Content)] {
        let owner = try InstanceName("bench")
        let servers = try (0..<1_000).map { number in
            Fleet.Server(key: try TwinKey("bench-r\(number / 40)-s\(number % 40)"), owner: owner)
        }
        guard batch > 1 else { return try servers.map { try form.message(of: $0) } }
        return try stride(from: 0, to: servers.count, by: batch).map { first in
            let part = servers[first..<min(first + batch, servers.count)]
            let content = LeanFlood.Content.batch(
                try PreparedBatch(of: part, now: ClientTime.wall))
            return (destination: Array("server@\(owner)".utf8), content: content)
        }
    }
}
