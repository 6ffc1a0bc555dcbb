import ArgumentParser
import Foundation
import TwinClient
import TwinCore

/// How long the messages of a shard wait while it changes its owner, and whether those of other
/// shards do.
///
/// Open loop: the time of every report is fixed in advance and its latency counts from there, so a
/// pause is charged to every report that it delays.
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
        print(
            "\(shards) shards of \(servers) servers with \(window) reports each, one report a "
                + "server and \(MovingFleet.interval.seconds) s; \(fleet.shards[0]) moved "
                + "\(during.tookOfMoves.count) times, \(during.givenUp) given up")
        Self.tell("other shards, nothing moves: report to ok", before.others)
        Self.tell("other shards, one moves: report to ok", during.others)
        Self.tell("the shard, nothing moves: report to ok", before.moved)
        Self.tell("the shard, moving: longest report of a move", during.longestOfMoves)
        if brokerLog != nil {
            Self.tell("the shard: held by the broker", Array(try held().dropFirst(earlier)))
        }
        Self.tell("a move from order to end", during.tookOfMoves)
    }

    private static func tell(_ what: String, _ sample: [Double]) {
        let spread = Spread(sample)
        let figures = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1)].map {
            "\($0.0) " + String(format: "%.1f ms", spread.quantile($0.1))
        }
        print("\(what) (\(sample.count)): \(figures.joined(separator: "   "))")
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
