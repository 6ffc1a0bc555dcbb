import TwinCore

/// What operators and reporters outside must find of one server: the reference, kept apart from
/// the twins' code and simple enough to be read as obviously right.
///
/// A command whose answer never came leaves two possible states until somebody looks.
struct ReferenceServer {
    /// Where a commission puts it.
    struct Place: Equatable {
        let rack: Int
        let revision: Int

        var labels: [String: String] { Workload.labels(rack: rack, revision: revision) }
    }

    /// One possible state.
    struct State: Equatable {
        /// nil = out of watch.
        var place: Place?
        /// The names of its maintenance windows.
        var windows: Set<String> = []
        /// How often it came under watch: each time it starts afresh.
        var lives = 0
    }

    /// What it may be now: one, or several after commands without an answer.
    var possible = [State()]
    /// A commission was ever sent, so that its twin may exist.
    var isKnown = false
    /// Of the commission in force, while that is certain.
    var generation: UInt64?
    /// Commands begun, so that whoever waited meanwhile knows that the state may have changed.
    var commands = 0
    /// The command that is on its way.
    var change: Operation?
    var isChanging: Bool { change != nil }
    /// Restores of its twin: what was asked before one may be answered as of before it.
    var restores = 0

    /// Reports by the life that must have taken them, and those that may be in it.
    var taken: [Int: Set<Int64>] = [:]
    var maybeTaken: [Int: Set<Int64>] = [:]

    /// The state when there is only one it can be.
    var certain: State? { possible.count == 1 ? possible[0] : nil }

    /// What a command makes of a state; nil when that state refuses it.
    static func after(_ operation: Operation, _ state: State) -> State? {
        var next = state
        switch operation {
        case .commission(_, let place):
            if state.place == nil {
                next.lives += 1
                next.windows = []
            }
            next.place = place
        case .decommission:
            next.place = nil
        case .setMaintenance(_, let id):
            guard state.place != nil else { return nil }
            next.windows.insert(id)
        case .endMaintenance(_, let id):
            guard state.place != nil else { return nil }
            next.windows.remove(id)
        case .getServer, .getRack, .unhealthyRacks: break
        }
        return next
    }

    /// The command was carried out: only what it makes of the possible states is possible now.
    mutating func carriedOut(_ operation: Operation) {
        possible = Self.distinct(possible.compactMap { Self.after(operation, $0) })
    }

    /// The command was carried out or not.
    mutating func mayBeCarriedOut(_ operation: Operation) {
        possible = Self.distinct(possible + possible.compactMap { Self.after(operation, $0) })
    }

    /// Its twin is what it was when a backup was made, `then`; what was taken since is lost.
    mutating func restored(from then: ReferenceServer) {
        possible = then.possible
        if let change = then.change { mayBeCarriedOut(change) }
        for (life, times) in taken { maybeTaken[life, default: []].formUnion(times) }
        taken = then.taken
        generation = nil
        commands += 1
        restores += 1
    }

    private static func distinct(_ states: [State]) -> [State] {
        var kept: [State] = []
        for state in states where !kept.contains(state) { kept.append(state) }
        return kept
    }
}
