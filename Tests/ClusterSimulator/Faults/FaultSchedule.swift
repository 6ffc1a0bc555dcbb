import SimulatedFleet

/// All faults of a run, drawn before it begins, so that leaving one out changes no other.
enum FaultSchedule {
    /// - Parameters:
    ///   - end: no fault begins later; all have ended a little after. A shorter run has the same
    ///     faults up to its end.
    ///   - perMinute: how many, in the mean, by virtual time.
    ///   - hasRestores: with restores of backups, in every third seed.
    static func faults(
        seed: UInt64, until end: Int64, perMinute: Double, hasRestores: Bool
    ) -> [PlannedFault] {
        var random = RandomStream.faults.random(seed: seed)
        // A run has its own taste: some kinds often, some not at all.
        let kinds = FaultKind.faults.filter { _ in random.chance(0.6) }
        let gapMax = Int64(2 * 60_000 / perMinute)
        var faults: [PlannedFault] = []
        var at = earliest
        while true {
            at += random.number(in: 1...gapMax)
            guard at < end else { break }
            let kind = random.pick(kinds) ?? .processCrash
            faults.append(
                PlannedFault(
                    kind: kind, at: at, milliseconds: random.number(in: duration(of: kind)),
                    draw: random.next()))
        }
        let restores = hasRestores ? restores(seed: seed, until: end) : []
        return merged(
            faults, restores + moves(seed: seed, until: end) + joins(seed: seed, until: end))
    }

    /// In every third run somebody restores backups now and then; never where shards move: a backup
    /// from before a move has what another instance owns.
    private static func restores(seed: UInt64, until end: Int64) -> [PlannedFault] {
        var random = RandomStream.restores.random(seed: seed)
        guard seed % 3 == 0 else { return [] }
        var faults: [PlannedFault] = []
        var at = earliest
        while true {
            at += random.number(in: 1...restoreGapMax)
            guard at < end else { return faults }
            faults.append(
                PlannedFault(
                    kind: .restore, at: at,
                    milliseconds: random.number(in: duration(of: .restore)), draw: random.next()))
        }
    }

    private static let restoreGapMax: Int64 = 90_000

    /// By time, so that a shorter run has the same ones in the same places.
    private static func merged(
        _ faults: [PlannedFault], _ others: [PlannedFault]
    ) -> [PlannedFault] {
        var all = faults
        for other in others {
            all.insert(other, at: all.firstIndex { $0.at > other.at } ?? all.count)
        }
        return all
    }

    /// In the other runs shards are moved, and in some of them instances are emptied.
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

    /// In half of the runs where shards move, and so in one of three, further instances join, each
    /// of a tier of its own choice; some of them are emptied again when they have their share, or
    /// while they get it.
    private static func joins(seed: UInt64, until end: Int64) -> [PlannedFault] {
        var random = RandomStream.joins.random(seed: seed)
        guard seed % 3 != 0, random.chance(0.5) else { return [] }
        var joins: [PlannedFault] = []
        var at = earliest + birthMilliseconds
        for _ in 0..<joinsMax {
            at += random.number(in: 1...joinGapMax)
            joins.append(
                PlannedFault(kind: .join, at: at, milliseconds: 0, draw: random.next()))
            let drainedAt = at + random.number(in: drainedAfter)
            if random.chance(0.3) {
                joins.append(
                    PlannedFault(
                        kind: .drainJoined, at: drainedAt, milliseconds: 0, draw: random.next()))
            }
        }
        return joins.filter { $0.at < end }
    }

    private static let joinsMax = 3
    private static let joinGapMax: Int64 = 120_000
    /// It has beaten for half a minute before it gets its first shard.
    private static let drainedAfter: ClosedRange<Int64> = 20_000...120_000

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
        case .restore: 100...40_000
        // Also longer than a silence that makes a server missing: the blind must not blame.
        case .partitionUp, .partitionDown, .partitionBoth: 500...60_000
        case .slowNetwork, .lossyNetwork: 2_000...30_000
        case .moveShard, .drain, .join, .drainJoined: 0...0
        case .serverClock, .serverSilent, .rackSilent, .feedSilent: 20_000...90_000
        }
    }
}
