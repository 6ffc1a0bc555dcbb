import TwinRuntime

/// Watches a run from outside and tells the world what must not have happened.
protocol Checker: AnyObject {
    var name: String { get }

    /// A turn lets its messages go; `durable` is the last record that a power cut cannot take.
    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64,
        in world: World)
    /// Rows of states up to a journal record were written, while the journal was durable to
    /// `durable`.
    func rowsSaved(
        by process: any SimulatedInstanceProcess, upTo record: UInt64, journal durable: UInt64,
        in world: World)
    /// An instance has recovered from its files.
    func recovered(_ process: any SimulatedInstanceProcess, in world: World)
    /// An instance, stopped, has the files of a backup: what it told since is gone.
    func restored(_ process: any SimulatedInstanceProcess, in world: World)
    /// Once a second.
    func look(in world: World)
    /// All faults are over and the cluster had its time to come to rest.
    func finish(in world: World)
}

extension Checker {
    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64,
        in world: World
    ) {}
    func rowsSaved(
        by process: any SimulatedInstanceProcess, upTo record: UInt64, journal durable: UInt64,
        in world: World
    ) {}
    func recovered(_ process: any SimulatedInstanceProcess, in world: World) {}
    func restored(_ process: any SimulatedInstanceProcess, in world: World) {}
    func look(in world: World) {}
    func finish(in world: World) {}
}
