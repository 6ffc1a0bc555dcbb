import TwinCore

/// Where random inputs of one tier come from.
protocol ShardScript {
    associatedtype Twin: ShardTwin
    /// Gives the open turn of `bench` some inputs.
    static func act(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom)
}

extension ShardScript {
    /// Any twin of the shard; nil in an empty one.
    static func anyTwin(
        _ bench: ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) -> Twin? {
        let ordinals = bench.shard.ordinals
        guard !ordinals.isEmpty else { return nil }
        return bench.shard.twin(ordinal: ordinals[random.below(ordinals.count)])
    }

    static func seeOrNot(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        let elapsed = bench.shard.elapsed(at: bench.time)
        bench.take(
            .observation(
                isObserving: !random.once(in: 4), floor: elapsed + .seconds(Int64(random.below(9)))
            ))
    }

    /// Lists of children are awaited or come; a parent shard changes its owner.
    static func audit(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        let shard = UInt16(random.below(8))
        bench.take(.parentEpoch(shard: shard, Epoch(rawValue: UInt32(1 + random.below(3)))))
        guard random.once(in: 2) else { return }
        bench.take(.awaitedChildShards(ShardSet((0..<8).filter { _ in random.once(in: 3) })))
        for ordinal in bench.shard.ordinals {
            bench.take(.twin(ordinal: ordinal, Twin.timerInput))
        }
    }

    static func configure(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        bench.take(
            .configuration(ClusterConfiguration(pageFrom: random.once(in: 2) ? .error : .warning)))
    }

    static func command(
        _ twin: Twin, _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        let now = bench.time.wall
        let command: TwinCommand
        switch random.below(4) {
        case 0:
            command = .setMaintenance(
                MaintenanceWindow(
                    id: "w\(random.below(5))", owner: "ann", reason: "fans",
                    from: now + .seconds(Int64(random.below(100)) - 50),
                    until: now + .seconds(Int64(60 + random.below(600)))))
        case 1: command = .endMaintenance(id: "w\(random.below(5))")
        case 2:
            guard let number = twin.book.opened.first?.number else { return }
            command = .acknowledge(
                number: number,
                Acknowledgement(
                    owner: "ann", comment: "on it", until: now + .seconds(Int64(random.below(90)))))
        default:
            guard let number = twin.book.opened.first?.number else { return }
            command = .unacknowledge(number: number)
        }
        let context = bench.shard.context(at: bench.time)
        guard twin.admission(of: command, in: context) == .apply else { return }
        bench.take(.twin(ordinal: twin.ordinal, Twin.input(for: command)))
    }

    static func folds(
        for briefs: [UInt32], by parent: TwinAddress, _ bench: ShardReplayBench<Twin>,
        _ random: inout ShardRandom
    ) -> FoldSet {
        let entries = briefs.filter { _ in random.once(in: 2) }.map {
            FoldEntry(child: $0, parent: IncidentID(address: parent, number: 1))
        }
        return FoldSet(
            version: Version(
                epoch: .first, position: Position(rawValue: UInt64(bench.time.running.rawValue))),
            entries: entries)
    }
}

/// Servers: commissions, moves, reports of several kinds, receipts, commands.
enum ServerScript: ShardScript {
    typealias Twin = ServerTwin

    static func act(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        switch random.below(12) {
        case 0, 1: commission(&bench, &random)
        case 2:
            guard let twin = anyTwin(bench, &random), random.once(in: 3) else { return }
            bench.take(.twin(ordinal: twin.ordinal, .decommission))
        case 3: if random.once(in: 4) { seeOrNot(&bench, &random) }
        case 4: if random.once(in: 8) { configure(&bench, &random) }
        case 8: if random.once(in: 8) { audit(&bench, &random) }
        case 5: if let twin = anyTwin(bench, &random) { command(twin, &bench, &random) }
        case 6, 7: if let twin = anyTwin(bench, &random) { receipt(twin, &bench, &random) }
        default: if let twin = anyTwin(bench, &random) { report(twin, &bench, &random) }
        }
    }

    private static func commission(
        _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        let commission = Commission(
            rack: .fixture("r\(random.below(3))"), dc: .fixture("dc1"),
            labels: [TwinLabel(name: "feed", value: "A")], interval: nil)
        let key = TwinKey.fixture("s\(random.below(12))")
        guard let twin = bench.shard.twin(key) else {
            bench.take(bench.shard.birth(of: key, .commission(commission)))
            return
        }
        guard twin.admission(of: commission, ifGeneration: nil) == .apply else { return }
        bench.take(.twin(ordinal: twin.ordinal, .commission(commission)))
    }

    private static func receipt(
        _ twin: Twin, _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        guard let parent = twin.owedParents.last ?? twin.commission?.rack else { return }
        let isRack = twin.commission?.rack == parent
        let receipt = Receipt(
            parent: parent, version: twin.version, disposition: isRack ? .member : .notMember,
            folds: isRack
                ? folds(
                    for: twin.book.incidents.map(\.number),
                    by: TwinAddress(tier: .rack, key: parent), bench, &random) : FoldSet())
        guard !twin.isSettled(by: receipt) else { return }
        bench.take(.twin(ordinal: twin.ordinal, .receipt(receipt)))
    }

    private static func report(
        _ twin: Twin, _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        guard !twin.isDecommissioned else { return }
        let count = 3 + random.below(ServerBench.names.count - 3)
        let names = Array(ServerBench.names.prefix(count))
        if bench.shard.metricSets.find(names) == nil {
            bench.take(.metricSet(id: UInt16(bench.shard.metricSets.count), names: names))
        }
        let profile = ReporterProfile(
            interval: .seconds(Int64(10 + random.below(3))), agentVersion: "1.\(random.below(3))")
        if !bench.shard.profiles.contains(profile) {
            bench.take(.profile(id: UInt16(bench.shard.profiles.count), profile))
        }
        guard let set = bench.shard.metricSets.find(names),
            let number = bench.shard.profiles.firstIndex(of: profile),
            let slot = bench.shard.find(twin.key)
        else { return }
        let target = bench.shard.windowSet(slot: slot, accepting: set)
        if target.isNew {
            bench.take(.metricSet(id: target.set.id, names: target.set.names))
        }
        let isBad = random.once(in: 5)
        let first = bench.arena.count
        bench.arena += ServerBench.healthy.prefix(count).map { isBad ? 1 - $0 : $0 }
        bench.take(
            .report(
                ReportInput(
                    ordinal: twin.ordinal, at: bench.time.wall, flags: [], metricSet: set.id,
                    target: target.set.id, profile: UInt16(number),
                    values: first..<bench.arena.count, devices: [])))
    }
}

/// Racks: members that come, change, fall silent and leave; receipts; unheard shards.
enum RackScript: ShardScript {
    typealias Twin = RackTwin

    static func act(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        switch random.below(11) {
        case 0: if random.once(in: 4) { seeOrNot(&bench, &random) }
        case 10: if random.once(in: 4) { audit(&bench, &random) }
        case 1:
            guard random.once(in: 4) else { return }
            bench.take(.childShards(ShardSet((0..<8).filter { _ in random.once(in: 3) })))
            for ordinal in bench.shard.ordinals {
                bench.take(.twin(ordinal: ordinal, .childShards))
            }
        case 2:
            guard random.once(in: 4) else { return }
            let epoch = Epoch(rawValue: UInt32(1 + random.below(3)))
            bench.take(.sourceEpoch(shard: UInt16(random.below(8)), epoch))
        case 3: if let twin = anyTwin(bench, &random) { command(twin, &bench, &random) }
        case 4: if let twin = anyTwin(bench, &random) { receipt(twin, &bench, &random) }
        default: status(&bench, &random)
        }
    }

    private static func receipt(
        _ twin: Twin, _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        guard let parent = twin.owedParents.last else { return }
        let isMember = twin.dc == parent
        let receipt = Receipt(
            parent: parent, version: twin.version,
            disposition: isMember ? .member : .notMember,
            folds: isMember
                ? folds(
                    for: twin.book.incidents.map(\.number),
                    by: TwinAddress(tier: .dc, key: parent), bench, &random) : FoldSet())
        guard !twin.isSettled(by: receipt) else { return }
        bench.take(.twin(ordinal: twin.ordinal, .receipt(receipt)))
    }

    private static func status(
        _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        let rack = TwinKey.fixture("r\(random.below(3))")
        let now = bench.time.wall
        // A burst: what one turn of a server instance tells.
        for _ in 0..<(1 + random.below(6)) {
            let child = TwinKey.fixture("s\(random.below(8))")
            let twin = bench.shard.twin(rack)
            var status = twin?.member(child)?.status ?? .fixture(since: now)
            switch random.below(6) {
            case 0, 1: if !status.condition.isSilent { status.fallSilent(at: now) }
            case 2, 3: status.comeBack(at: now, boot: .same, buffered: true)
            case 4: status.open(.packetDrops, severity: .error, at: now)
            default: status.incidents.removeAll()
            }
            status.foldsVersion = twin?.member(child)?.folds.version ?? .none
            status.dc = .fixture(random.once(in: 9) ? "dc2" : "dc1")
            let held = twin?.member(child)?.version ?? .none
            let message = ChildMessage(
                child: child,
                version: Version(
                    epoch: .first,
                    position: Position(
                        rawValue: max(
                            held.position.rawValue, UInt64(bench.time.running.rawValue)) + 1)),
                status: random.once(in: 8) ? nil : status)
            deliver(message, to: rack, &bench)
        }
    }

    private static func deliver(
        _ message: ChildMessage<ServerStatus>, to rack: TwinKey,
        _ bench: inout ShardReplayBench<Twin>
    ) {
        if let twin = bench.shard.twin(rack) {
            guard twin.isNews(message) else { return }
            bench.take(.twin(ordinal: twin.ordinal, .status(message)))
        } else if message.status != nil {
            bench.take(bench.shard.birth(of: rack, .status(message)))
        }
    }
}

/// Data centers: racks that come, fail and leave; what the broker says of the shards below.
enum DatacenterScript: ShardScript {
    typealias Twin = DatacenterTwin

    static func act(_ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom) {
        switch random.below(9) {
        case 0: if random.once(in: 4) { seeOrNot(&bench, &random) }
        case 8: if random.once(in: 4) { audit(&bench, &random) }
        case 1:
            let shards = ShardSet((0..<8).filter { _ in random.once(in: 4) })
            bench.take(.childShards(shards))
            let report = ObservationReport(servers: ShardSet(), racks: shards)
            for ordinal in bench.shard.ordinals {
                bench.take(.twin(ordinal: ordinal, .childShards))
                bench.take(.twin(ordinal: ordinal, .observation(report)))
            }
        case 2: if let twin = anyTwin(bench, &random) { command(twin, &bench, &random) }
        default: status(&bench, &random)
        }
    }

    private static func status(
        _ bench: inout ShardReplayBench<Twin>, _ random: inout ShardRandom
    ) {
        let key = TwinKey.fixture("dc\(random.below(2))")
        let now = bench.time.wall
        for _ in 0..<(1 + random.below(5)) {
            let child = TwinKey.fixture("r\(random.below(6))")
            let twin = bench.shard.twin(key)
            let isBad = random.once(in: 2)
            var counts = RackCounts()
            counts.servers = 10
            counts.expected = 10
            counts.judged = 10
            counts.missing = isBad ? 10 : 0
            let brief = RackIncidentBrief(
                number: 1, kind: .rackUnreachable, severity: .critical, phase: .open, since: now,
                cause: nil, candidates: [], summary: "10 of 10 silent", serversAffected: 10,
                serversTotal: 10, mutes: [])
            let status = RackStatus(
                dc: key, verdict: isBad ? .unhealthy : .healthy, verdictSince: now,
                unknownReason: nil, counts: counts,
                labels: [LabelCount(name: "feed", value: "A", servers: 10)],
                silentSince: isBad ? now : nil,
                reporters: [
                    ReporterCount(
                        agentVersion: "1.0", relay: nil, servers: 10, silent: isBad ? 10 : 0)
                ],
                incidents: isBad ? [brief] : [], isInMaintenance: false,
                foldsVersion: twin?.rack(child)?.folds.version ?? .none)
            let held = twin?.rack(child)?.version ?? .none
            let message = ChildMessage(
                child: child,
                version: Version(
                    epoch: .first,
                    position: Position(
                        rawValue: max(
                            held.position.rawValue, UInt64(bench.time.running.rawValue)) + 1)),
                status: random.once(in: 8) ? nil : status)
            if let twin {
                guard twin.isNews(message) else { continue }
                bench.take(.twin(ordinal: twin.ordinal, .status(message)))
            } else if message.status != nil {
                bench.take(bench.shard.birth(of: key, .status(message)))
            }
        }
    }
}
