import ArgumentParser
import Foundation
import TwinClient
import TwinCore

/// How long the messages of a shard wait while it changes its owner, and whether those of other
/// shards do.
///
/// Open loop: the time of every report is fixed in advance and its latency counts from there, so a
/// pause is charged to every report that it delays.
///
/// Figures, in milliseconds: `others` is report to `ok` at the shards that stay while one moves,
/// `othersResting` while none does; `movedResting` is the same of the shard that will move,
/// `longestOfMove` its longest report of each move; `took` is a move from order to end, `held` how
/// long the broker kept the shard's messages.
struct MoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Pauses while a shard moves forth and back",
        discussion: """
            Wants a fresh cluster with two server instances. Its servers stay commissioned.
            """)

    @Option(help: "The broker's endpoint for clients.")
    var broker = "tcp://127.0.0.1:7700"

    @Option(help: "How often the shard moves.")
    var moves = 40

    @Option(help: "Shards whose servers report; the first one moves.")
    var shards = 8

    @Option(help: "Servers in each of these shards.")
    var servers = 1_000

    @Option(help: "Reports in each server's window before the measurement.")
    var window = 90

    @Option(help: "How long is measured without moves, in seconds.")
    var seconds = 60

    @Option(
        help: """
            The broker's log, at level info: tells how long it held the messages of each move.
            """)
    var brokerLog: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (name, number) in [
            ("moves", moves), ("servers", servers), ("window", window), ("seconds", seconds),
        ] {
            guard number > 0 else {
                throw ValidationError("--\(name): wanted at least 1, found \(number)")
            }
        }
        guard shards > 1 else {
            throw ValidationError("--shards: wanted at least 2, found \(shards)")
        }
    }

    func run() throws {
        var connection = try Connection(to: broker)
        let fleet = try MovingFleet(
            shards: shards, twinsPerShard: servers, reports: window, over: &connection)
        var trial = try MoveTrial(of: fleet)
        _ = try trial.rest(seconds: Self.warmUpSeconds, over: &connection)
        let before = try trial.rest(seconds: seconds, over: &connection)
        let earlier = try held().count
        let during = try trial.move(times: moves, over: &connection)
        var measurement = output.measurement("move")
        measurement.note("moves", Double(during.tookOfMoves.count))
        measurement.note("givenUp", Double(during.givenUp))
        for (part, sample) in [
            ("othersResting", before.others), ("others", during.others),
            ("movedResting", before.moved), ("longestOfMove", during.longestOfMoves),
            ("took", during.tookOfMoves),
        ] { Spread(sample).note(in: &measurement, as: part + ".") }
        if brokerLog != nil {
            Spread(Array(try held().dropFirst(earlier))).note(in: &measurement, as: "held.")
        }
        try output.tell(measurement)
    }

    /// What the broker has logged so far, in milliseconds.
    private func held() throws -> [Double] {
        guard let brokerLog else { return [] }
        let text = try String(contentsOfFile: brokerLog, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard let found = line.range(of: Self.heldWord) else { return nil }
            return Double(line[found.upperBound...].prefix { $0.isNumber })
        }
    }

    private static let heldWord = "heldMilliseconds="
    private static let warmUpSeconds = 10
}
