/// What happened in a run, in numbers.
package struct SimulationCounts: Sendable {
    package var operations = 0
    package var ok = 0
    package var refused = 0
    package var unknown = 0
    package var reports = 0
    package var reportsSettled = 0
    package var alerts = 0
    package var messages = 0
    package var messagesLost = 0
    package var messagesRepeated = 0
    package var restarts = 0
    /// Shards that instances which joined later serve at the end.
    package var shardsJoined = 0
    /// The most messages that ever waited for one shard, and in one direction of a connection.
    package var heldMost = 0
    package var queuedMost = 0
    package var flipsFound = 0
    package var flipsHarmless = 0
    package var faults: [FaultKind: Int] = [:]

    package init() {}

    package mutating func add(_ other: SimulationCounts) {
        operations += other.operations
        ok += other.ok
        refused += other.refused
        unknown += other.unknown
        reports += other.reports
        reportsSettled += other.reportsSettled
        alerts += other.alerts
        messages += other.messages
        messagesLost += other.messagesLost
        messagesRepeated += other.messagesRepeated
        restarts += other.restarts
        shardsJoined += other.shardsJoined
        heldMost = max(heldMost, other.heldMost)
        queuedMost = max(queuedMost, other.queuedMost)
        flipsFound += other.flipsFound
        flipsHarmless += other.flipsHarmless
        faults.merge(other.faults, uniquingKeysWith: +)
    }

    package var faultCount: Int { faults.values.reduce(0, +) }
}
