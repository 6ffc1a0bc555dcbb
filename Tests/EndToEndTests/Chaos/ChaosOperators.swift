import TwinCore
import TwinWire

/// Those who scale the tiers during a chaos run, and the eye on what moves meanwhile.
struct ChaosOperators {
    let orders = ScaleOrders()
    let watch: MoveWatch
    private let operators: [ScaleOperator]

    /// Instances that nobody has started yet, one of each tier.
    static let joiners: [Member] = [.serverC, .rackC, .dcB]

    /// Of randomness, one for each operator.
    private static let streams = [10, 11, 13]

    /// - Parameter end: when no instance is taken away any more, in the history's milliseconds.
    init(_ cluster: Cluster, _ history: History, until end: Int64, seed: UInt64) {
        let orders = orders
        watch = MoveWatch(cluster.endpoint)
        operators = zip(Self.joiners, Self.streams).compactMap { joiner, stream in
            joiner.tier.map {
                ScaleOperator(
                    $0, joiner: joiner, cluster.endpoint, orders, history, until: end,
                    random: ChaosRandom(seed: seed, client: stream))
            }
        }
    }

    /// Throws what has ended one before its time.
    func check() throws {
        for one in operators { try one.check() }
    }

    /// They end what they have begun, and begin nothing more.
    func stop() {
        for one in operators { one.stop() }
    }

    var areOver: Bool { operators.allSatisfy(\.isOver) }

    func finish() async throws -> ScaleOperator.Tally {
        try await watch.finish()
        var tally = ScaleOperator.Tally()
        for one in operators { tally = tally + (try await one.finish()) }
        return tally
    }
}
