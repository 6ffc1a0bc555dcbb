import SimulatedFleet
import TwinCore
import TwinStore
import TwinWire

/// Faults as they begin and end.
extension World {
    func begin(_ fault: PlannedFault) {
        invariant(
            plan.diesOf != fault.kind, "the plan says that it dies of \(fault.kind.rawValue)")
        counts.faults[fault.kind, default: 0] += 1
        trace.add("fault \(fault.kind.rawValue)")
        if isTelling { tell("fault \(fault.kind.rawValue)") }
        switch fault.kind {
        case .processCrash: stop(instance(fault), .processCrash, for: fault.milliseconds)
        case .powerCut: stop(instance(fault), .powerCut, for: fault.milliseconds)
        case .tornPowerCut:
            stop(instance(fault), .tornPowerCut(seed: fault.draw), for: fault.milliseconds)
        case .wholePowerCut:
            for (place, process) in processes.enumerated() {
                let seed = fault.draw &+ UInt64(place)
                stop(process, .tornPowerCut(seed: seed), for: fault.milliseconds)
            }
        case .brokerCrash: stop(broker, .processCrash, for: fault.milliseconds)
        case .brokerPowerCut:
            stop(broker, .tornPowerCut(seed: fault.draw), for: fault.milliseconds)
        case .crashWhileSending: instance(fault).crashWhileSending()
        case .pause: pause(fault)
        case .suspend: suspend(fault)
        case .diskFull: instance(fault).failDisk(after: operations(fault), with: .diskFull)
        case .diskError: instance(fault).failDisk(after: operations(fault), with: .inputOutput)
        case .brokerDiskError: broker.failDisk(after: operations(fault), with: .inputOutput)
        case .rowsError: instance(fault).failRows(with: .inputOutput)
        case .crashInRecovery: crashInRecovery(fault)
        case .restore: instance(fault).makeBackup()
        case .bitFlip:
            instance(fault).checkBitFlip(draw: fault.draw)
            broker.checkBitFlip(draw: fault.draw)
        case .partitionUp, .partitionDown, .partitionBoth: partition(fault)
        case .connectionReset: network.reset(instance(fault).link, &scheduler)
        case .clientReset:
            disturbances[client(fault).link] = scheduler.now + 1_000
            network.reset(client(fault).link, &scheduler)
        case .slowNetwork:
            network.delays = 0...(20 + Int64(fault.draw % 400))
            networkDisturbedUntil = scheduler.now + fault.milliseconds
        case .lossyNetwork:
            networkDisturbedUntil = scheduler.now + fault.milliseconds + 15_000
            network.lossShare = 0.02
            network.repeatShare = 0.05
        case .wallStep: wallStep(fault)
        case .serverClock:
            // By no whole number of intervals, nor two such apart: a report of a time that is taken
            // already is a duplicate, and those tell nothing of life. One ahead is taken while our
            // own clock is ahead too.
            truth.skew(server(fault), by: (fault.draw >> 8) & 1 == 0 ? 183_700 : -17_300)
        case .serverSilent: silence([server(fault)], fault)
        case .rackSilent:
            let rack = Int(fault.draw % UInt64(Workload.racks))
            silence(servers(where: { $0.rack == rack }), fault)
        case .feedSilent:
            let feed = Int(fault.draw & 1)
            silence(servers(where: { $0.rack % 2 == feed }), fault)
        case .moveShard: moveShard(fault)
        case .drain: drain(instance(fault))
        case .join: join(Tier.allCases[Int(fault.draw % UInt64(Tier.allCases.count))])
        case .drainJoined: if let last = instances.last { drain(last) }
        }
    }

    func end(_ fault: PlannedFault) {
        switch fault.kind {
        case .restore: restore(instance(fault), at: fault)
        case .slowNetwork: network.delays = World.usualDelays
        case .lossyNetwork:
            network.lossShare = 0
            network.repeatShare = 0
        case .partitionUp, .partitionDown, .partitionBoth:
            // A connection does not survive a partition of more than its heartbeats.
            guard fault.milliseconds > World.heartbeatMilliseconds else { return }
            network.reset(partitioned(fault), &scheduler)
        default: break
        }
    }

    // MARK: moves

    private func moveShard(_ fault: PlannedFault) {
        let process = instances[Int((fault.draw >> 32) % UInt64(instances.count))]
        guard let to = process.runningName else { return }
        let shard = ShardID(
            tier: process.tier,
            index: UInt16((fault.draw >> 8) % UInt64(World.shardsPerTier)))
        broker.order(.moveShard, MoveShardRequest(shard: shard, to: to))
    }

    private func drain(_ process: any SimulatedInstanceProcess) {
        guard let name = process.runningName else { return }
        broker.order(.drain, DrainRequest(instance: name))
    }

    // MARK: processes

    private func instance(_ fault: PlannedFault) -> any SimulatedInstanceProcess {
        instances[Int(fault.draw % UInt64(instances.count))]
    }

    private func client(_ fault: PlannedFault) -> any SimulatedClient {
        clients[Int(fault.draw % UInt64(clients.count))]
    }

    private func server(_ fault: PlannedFault) -> Int {
        Int(fault.draw % UInt64(plan.servers))
    }

    /// So many disk operations more until the failure.
    private func operations(_ fault: PlannedFault) -> Int { Int((fault.draw >> 16) % 12) }

    /// Stops a process; it starts again after a while.
    private func stop(
        _ process: any SimulatedProcess, _ outage: Outage, for milliseconds: Int64
    ) {
        restartPauses[process.index] = milliseconds
        process.crash(outage)
    }

    private func pause(_ fault: PlannedFault) {
        let process = processes[Int(fault.draw % UInt64(processes.count))]
        process.pausedUntil = max(process.pausedUntil, scheduler.now + fault.milliseconds)
    }

    private func suspend(_ fault: PlannedFault) {
        let process = processes[Int(fault.draw % UInt64(processes.count))]
        process.pausedUntil = max(process.pausedUntil, scheduler.now + fault.milliseconds)
        process.clock.slept(fault.milliseconds)
    }

    /// The instance is stopped and comes back as it was when its backup was made.
    private func restore(_ process: any SimulatedInstanceProcess, at fault: PlannedFault) {
        guard process.hasBackup else { return }
        if isTelling { tell("\(process.name) is restored") }
        let shards = Set(process.releasedPositions.map(\.shard))
        stop(process, .processCrash, for: 1_000 + fault.milliseconds / 4)
        process.restoreBackup()
        if process.tier == .server { forget(shards, since: process.index) }
        for checker in checkers { checker.restored(process, in: self) }
        follower.restored(process)
    }

    /// Servers in these shards are what they were when the backup was made.
    private func forget(_ shards: Set<UInt16>, since process: Int) {
        guard let then = referenceAtBackup[process] else { return }
        for server in reference.servers.indices
        where shards.contains(Workload.shard(ofServer: server)) {
            reference.servers[server].restored(from: then.servers[server])
        }
    }

    /// Notes what a backup holds that is made now.
    func noteBackup(of process: any SimulatedInstanceProcess) {
        referenceAtBackup[process.index] = reference
    }

    /// The machine dies, and dies again while the process recovers.
    private func crashInRecovery(_ fault: PlannedFault) {
        let process = instance(fault)
        stop(process, .tornPowerCut(seed: fault.draw), for: fault.milliseconds)
        process.failDisk(after: operations(fault), with: .inputOutput)
    }

    private func wallStep(_ fault: PlannedFault) {
        let process = processes[Int(fault.draw % UInt64(processes.count))]
        let far = Int64((fault.draw >> 20) % 600_000) + 1_500
        let step = (fault.draw >> 8) & 1 == 0 ? far : -far
        process.clock.step(by: step)
        steppedWalls.insert(process.index)
    }

    // MARK: network

    private func partition(_ fault: PlannedFault) {
        let link = partitioned(fault)
        // All are over when the calm begins.
        let until = min(scheduler.now + fault.milliseconds, plan.calmAt)
        disturbances[link] = max(disturbances[link] ?? 0, until + 1_000)
        if fault.kind != .partitionDown { network.block(link, .up, until: until) }
        if fault.kind != .partitionUp { network.block(link, .down, until: until) }
    }

    private func partitioned(_ fault: PlannedFault) -> Int {
        Int(fault.draw % UInt64(network.links.count))
    }

    // MARK: what is watched

    private func servers(where matches: (ReferenceServer.Place) -> Bool) -> [Int] {
        reference.servers.indices.filter { server in
            reference.servers[server].certain?.place.map(matches) ?? false
        }
    }

    /// For the planned time when they report as often as any, in proportion when more seldom.
    private func silence(_ servers: [Int], _ fault: PlannedFault) {
        for server in servers {
            let scale = truth.servers[server].interval / ReportingIntervals.shortest
            truth.silence(
                server, from: scheduler.now, until: scheduler.now + scale * fault.milliseconds)
        }
    }

    // MARK: the end of all faults

    /// Everything is well again: clocks right, disks whole, partitions over, processes started.
    func healEverything() {
        network.heal()
        network.delays = World.usualDelays
        network.lossShare = 0
        network.repeatShare = 0
        for process in processes {
            process.pausedUntil = min(process.pausedUntil, scheduler.now)
            process.clock.step(by: -process.clock.skew)
            process.healDisk()
            process.wake(at: scheduler.now)
        }
        truth.heal(at: scheduler.now)
    }

    /// In every third run one rack falls silent shortly before faults are over.
    func beginLastOutage() {
        guard plan.seed % 3 == 1 else { return }
        for server in servers(where: { $0.rack == lastRack }) {
            truth.silence(server, from: scheduler.now, until: plan.calmAt + 1)
        }
    }

    /// One server of that rack stays silent when the others come back: its incident outlives the
    /// rack's, and nothing may explain it away any more.
    func leaveOneSilent() {
        // One of those that report most often: it is missing already.
        let candidates = servers(where: { $0.rack == lastRack })
        let one = candidates.min { truth.servers[$0].interval < truth.servers[$1].interval }
        guard plan.seed % 3 == 1, let one else { return }
        truth.silence(one, from: scheduler.now, until: .max)
    }

    private var lastRack: Int { Int(plan.seed / 3 % UInt64(Workload.racks)) }

    /// In every third run one rack falls silent with the last fault, and stays so.
    func silenceForGood() {
        guard plan.seed % 3 == 0 else { return }
        let rack = Int(plan.seed / 3 % UInt64(Workload.racks))
        for server in servers(where: { $0.rack == rack }) {
            truth.silence(server, from: scheduler.now, until: .max)
        }
    }
}
