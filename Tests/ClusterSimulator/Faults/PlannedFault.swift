/// Something that goes wrong at a planned time, for a planned while.
struct PlannedFault: Sendable {
    let kind: FaultKind
    /// Milliseconds since the run began.
    let at: Int64
    /// How long it lasts, for kinds that last.
    let milliseconds: Int64
    /// Drawn for this fault: which process, which server, which bit.
    let draw: UInt64
}

/// What can go wrong.
package enum FaultKind: String, CaseIterable, Sendable {
    // MARK: processes
    case processCrash = "process-crash"
    case crashWhileSending = "crash-while-sending"
    case powerCut = "power-cut"
    case tornPowerCut = "torn-power-cut"
    case wholePowerCut = "power-cut-of-all"
    case brokerCrash = "broker-crash"
    case brokerPowerCut = "broker-power-cut"
    case pause
    case suspend
    // MARK: disks
    case diskFull = "disk-full"
    case diskError = "disk-error"
    case rowsError = "rows-error"
    case brokerDiskError = "broker-disk-error"
    case crashInRecovery = "crash-in-recovery"
    case bitFlip = "bit-flip"
    /// A backup is made when it begins and restored when it ends: all between is lost.
    case restore
    // MARK: network
    case partitionUp = "partition-up"
    case partitionDown = "partition-down"
    case partitionBoth = "partition-both"
    case connectionReset = "connection-reset"
    case clientReset = "client-reset"
    case slowNetwork = "slow-network"
    case lossyNetwork = "lossy-network"
    // MARK: clocks
    case wallStep = "wall-step"
    case serverClock = "server-clock"
    // MARK: what is watched
    case serverSilent = "server-silent"
    case rackSilent = "rack-silent"
    case feedSilent = "feed-silent"
    // MARK: what operators do to the cluster itself
    case moveShard = "move-shard"
    case drain
    /// Another instance of a tier starts with nothing on its disk.
    case join
    /// The instance that joined last is emptied.
    case drainJoined = "drain-joined"

    /// Faults proper, from which a run has its own taste.
    static let faults = allCases.filter {
        ![.moveShard, .drain, .join, .drainJoined, .restore].contains($0)
    }
}
