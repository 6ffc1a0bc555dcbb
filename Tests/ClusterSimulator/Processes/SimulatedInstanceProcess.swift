import TwinCore
import TwinStore

/// What the world and its checkers ask of an instance of any tier.
protocol SimulatedInstanceProcess: SimulatedProcess {
    var tier: Tier { get }
    /// Its name while it runs.
    var runningName: InstanceName? { get }
    var link: Int { get }
    /// Up, a member, and nothing on its way to the disk.
    var isQuiet: Bool { get }
    /// Statuses that parents have not receipted.
    var owedCount: Int { get }
    var isMember: Bool { get }

    func crashWhileSending()
    var hasBackup: Bool { get }
    func makeBackup()
    func restoreBackup()
    func failRows(with kind: StoreError.Kind)
    /// One changed bit of the journal must be found by a start, or change nothing.
    func checkBitFlip(draw: UInt64)
    /// A second process that recovers from the same files must be bit for bit the same, also when
    /// the power fails now: nothing is on its way to the disk.
    func checkReplay(after outage: Outage)
    /// What each of its shards sees, by the shard's own time.
    var sights: [(shard: UInt16, isObserving: Bool, floor: Elapsed, elapsed: Elapsed)] { get }
    /// A twin that wanted to be woken some time ago, by the time of its shard; nil = there is none.
    var overdue: (twin: String, milliseconds: Int64)? { get }
    /// The bounded queues of its core with their limits.
    var queues: [(name: String, count: Int, limit: Int)] { get }
    /// How far its shards had come when its last turn closed.
    var releasedPositions: [(shard: UInt16, position: Position)] { get }
    /// The highest position of each of its shards, by index.
    var positions: [(shard: UInt16, epoch: Epoch, position: Position)] { get }
    /// Shards that it gave away and keeps until their new owner serves.
    var givenAway: [UInt16] { get }
    /// Shards that it keeps and has not given away: nobody else may serve them.
    var unreleased: [UInt16] { get }
    /// A shard that it serves since it came from `other` must have all that `other` gave away.
    func checkTaken(_ shard: UInt16, from other: any SimulatedInstanceProcess)
}
