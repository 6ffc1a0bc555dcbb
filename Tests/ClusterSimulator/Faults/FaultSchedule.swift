import SimulatedFleet

/// All faults of a run, drawn before it begins, so that leaving one out changes no other.
enum FaultSchedule {
    /// - Parameters:
    ///   - end: no fault begins later; all have ended a little after. A shorter run has the same
    ///     faults up to its end.
    ///   - perMinute: how many, in the mean, by virtual time.
    static func faults(seed: UInt64, until end: Int64, perMinute: Double) -> [PlannedFault] {
        var random = RandomStream.faults.random(seed: seed)
        // A run has its own taste: some kinds often, some not at all.
        let kinds = FaultKind.faults.filter { _ in random.chance(0.6) }
        let gapMax = Int64(2 * 60_000 / perMinute)
        var faults: [PlannedFault] = []
        var at = earliest
        while true {
            at += random.number(in: 1...gapMax)
            guard at < end else { return faults + moves(seed: seed, until: end) }
            let kind = random.pick(kinds) ?? .processCrash
            faults.append(
                PlannedFault(
                    kind: kind, at: at, milliseconds: random.number(in: duration(of: kind)),
                    draw: random.next()))
        }
    }

    /// Shards that are moved and instances that are emptied, in two of three runs; drawn by
    /// themselves, so that they change no fault.
    private static func moves(seed: UInt64, until end: Int64) -> [PlannedFault] {
        var random = RandomStream.moves.random(seed: seed)
        guard seed % 3 != 0 else { return [] }
        let gapMax = random.number(in: 2_000...30_000)
        let drains = random.chance(0.3) ? 0.05 : 0
        var moves: [PlannedFault] = []
        var at = earliest + birthMilliseconds
        while true {
            at += random.number(in: 1...gapMax)
            guard at < end else { return moves }
            moves.append(
                PlannedFault(
                    kind: random.chance(drains) ? .drain : .moveShard, at: at, milliseconds: 0,
                    draw: random.next()))
        }
    }

    /// Some right at the beginning, while shards are born.
    private static let earliest: Int64 = 500
    /// Shards are born by then, unless something else has gone wrong.
    private static let birthMilliseconds: Int64 = 5_000

    private static func duration(of kind: FaultKind) -> ClosedRange<Int64> {
        switch kind {
        case .processCrash, .crashWhileSending, .powerCut, .tornPowerCut, .wholePowerCut,
            .brokerCrash, .brokerPowerCut, .diskFull, .diskError, .rowsError, .brokerDiskError,
            .crashInRecovery, .bitFlip, .connectionReset, .clientReset, .wallStep:
            200...8_000
        case .pause, .suspend: 300...20_000
        // Also longer than a silence that makes a server missing: the blind must not blame.
        case .partitionUp, .partitionDown, .partitionBoth: 500...60_000
        case .slowNetwork, .lossyNetwork: 2_000...30_000
        case .moveShard, .drain: 0...0
        case .serverClock, .serverSilent, .rackSilent, .feedSilent: 20_000...90_000
        }
    }
}
