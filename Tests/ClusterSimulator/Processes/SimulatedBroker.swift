import SimulatedFleet
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire
import ZeroMQ

/// The broker process: production's `BrokerCore` between the simulated network and a disk that can
/// fail.
final class SimulatedBroker: SimulatedProcess {
    let name = "broker"
    let index: Int
    private(set) var life: UInt64 = 0
    private(set) var isUp = false
    var clock: MachineClock
    var pausedUntil: Int64 = 0
    private(set) var lastWords: String?
    /// The most messages that ever waited for one shard at the end of a turn.
    private(set) var heldMost = 0

    private unowned let world: World
    private var core: BrokerCore<SimulatedBrokerPort>?
    private var disk = MemoryDisk()
    private var random: SplitMix64
    private var wakesAt: Int64?
    private var ledger = BrokerLedger()

    init(index: Int, world: World) {
        self.index = index
        self.world = world
        random = RandomStream.broker.random(seed: world.plan.seed)
        clock = MachineClock(base: random.number(in: 1_000...1_000_000), skew: 0)
    }

    /// What the broker has stored; nil while it does not run.
    var placement: Placement? { core?.machine.record.placement }

    /// What it may send to whom; empty while it does not run.
    var flows: [InstanceFlow] { core?.machine.flows ?? [] }

    func start() {
        guard !isUp else { return }
        do {
            let record = try PlacementFile(on: disk).read()
            let now = clock.now(at: world.scheduler.now)
            let machine = BrokerMachine(
                record: record, shardCounts: ShardCounts(all: World.shardsPerTier),
                configuration: ClusterConfiguration(),
                bootstrap: BootstrapPlan(
                    server: World.instancesPerTier, rack: World.instancesPerTier,
                    dc: World.instancesPerTier),
                freshClusterID: "c0ffee", nonce: random.next(), now: now.suspendedAware,
                wall: now.wall)
            ledger = BrokerLedger()
            let port = SimulatedBrokerPort(world: world, disk: disk, ledger: ledger)
            core = BrokerCore(
                machine: machine, port: port,
                now: now.suspendedAware, wall: now.wall)
            life += 1
            isUp = true
            try core?.carryOutEffects()
        } catch {
            end("\(error)")
            return
        }
        world.network.openBroker(&world.scheduler)
        wake(at: world.scheduler.now)
    }

    func turn() {
        // An earlier wake took the place of the one that this was planned for.
        guard wakesAt == world.scheduler.now else { return }
        wakesAt = nil
        guard isUp else { return }
        guard world.scheduler.now >= pausedUntil else { return wake(at: pausedUntil) }
        let now = clock.now(at: world.scheduler.now)
        ledger.beginTurn()
        do {
            let isDrained = try core?.turn(now: now.suspendedAware, wall: now.wall) ?? true
            heldMost = max(heldMost, core?.heldCounts.values.max() ?? 0)
            let pause = isDrained ? BrokerCore<SimulatedBrokerPort>.tickMilliseconds : 0
            wake(at: world.scheduler.now + pause)
        } catch {
            end("\(error)")
        }
    }

    /// Gives the broker an operator's word; what it refuses is no fault of anybody.
    func order(_ type: MessageType, _ body: some Encodable) {
        guard isUp, world.scheduler.now >= pausedUntil else { return }
        let payload = Payload.pack(body)
        ledger.beginTurn()
        do {
            do throws(Refusal) {
                _ = try core?.carryOut(type, payload.span)
            } catch {
                if world.isTelling { world.tell("broker: \(error)") }
            }
            try core?.carryOutEffects()
        } catch {
            end("\(error)")
        }
    }

    /// All messages that wait for shards now.
    var heldCount: Int { core?.heldCounts.values.reduce(0, +) ?? 0 }

    /// Requests of clients that it has read, and neither passed on nor answered.
    var unsettledCount: Int { core == nil ? 0 : ledger.unsettledCount }

    func wake(at time: Int64) {
        let time = max(time, pausedUntil)
        if let wakesAt, wakesAt <= time { return }
        wakesAt = time
        world.scheduler.plan(.turn(process: index, life: life), at: time)
    }

    /// A message has come: several that come together are read in one turn.
    func messageArrived() { wake(at: world.scheduler.now) }

    func synced() {}
    func rowsDone() {}

    func crash(_ outage: Outage) {
        guard isUp else { return }
        disk.heal()
        if outage != .processCrash {
            disk = disk.copy(after: outage)
            clock.rebooted(at: world.scheduler.now, base: random.number(in: 1_000...10_000))
        }
        end("killed")
    }

    func failDisk(after operations: Int, with kind: StoreError.Kind) {
        disk.fail(after: operations, with: kind)
    }

    func healDisk() { disk.heal() }

    /// One changed bit of the placement must be refused by a start, wherever it is.
    func checkBitFlip(draw: UInt64) {
        let file = PlacementFile<MemoryDisk>.name
        let damaged = disk.copy(after: .processCrash)
        guard damaged.names().contains(file) else { return }
        do {
            let size = try damaged.contents(of: file).count
            try damaged.flip(
                bit: Int(draw >> 8 & 7), of: file, at: Int((draw >> 16) % UInt64(size)))
        } catch {
            return world.fail("bit flip", "\(name): \(error)")
        }
        do {
            _ = try PlacementFile(on: damaged).read()
            world.fail("bit flip", "\(name): a start took a damaged placement without a word")
        } catch {
            // Found and said: all that is wanted.
            world.counts.flipsFound += 1
        }
    }

    private func end(_ words: String) {
        lastWords = words
        core = nil
        isUp = false
        life += 1
        wakesAt = nil
        disk.heal()
        world.network.closeBroker(&world.scheduler)
        world.processEnded(index, words)
    }
}

/// The broker's sockets and its file, simulated.
struct SimulatedBrokerPort: BrokerPort {
    unowned let world: World
    let disk: MemoryDisk
    let ledger: BrokerLedger

    func receive(
        from side: RouteFrame.Side, into message: inout Message
    ) throws -> Socket.Received {
        message.removeAll()
        guard let mail = world.network.takeForBroker(side) else { return .none }
        if side == .client { ledger.read(mail.frames) }
        message.append(mail.routingID)
        for frame in mail.frames { message.append(frame) }
        return .message
    }

    func send(
        _ message: borrowing Message, to side: RouteFrame.Side
    ) throws -> Socket.Sent {
        var frames: [[UInt8]] = []
        for index in 1..<message.frameCount { frames.append(message.bytes(index)) }
        var routingID = message.bytes(0)
        if side == .client { ledger.answered(frames) }
        if world.plan.mutation == .heldMessagesLost, side == .service, ledger.wasHeld(frames) {
            return .sent
        }
        if world.plan.mutation == .staleOwnerServed, side == .service {
            routingID = world.network.firstOwner(of: frames, for: routingID, ledger)
        }
        switch world.network.sendFromBroker(frames, to: routingID, side: side, &world.scheduler) {
        case .sent:
            if side == .service { ledger.forwarded(frames) }
            return .sent
        case .full: return .wouldBlock
        case .unreachable: return .unreachable
        }
    }

    func store(_ record: BrokerRecord) throws {
        try PlacementFile(on: disk).write(record)
    }

    func say(_ note: BrokerNote) {}
}
