import SimulatedFleet
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// A whole cluster in one thread: a broker, two instances of each tier and those that join later,
/// operators, reporters and a follower of alerts, on a network, disks and clocks that obey a seed.
final class World {
    /// With so many the cluster begins.
    static let instancesPerTier = 2
    private static let letters = ["a", "b"]
    /// As many as a schedule has joins.
    private static let lettersOfJoiners = ["c", "d", "e"]
    static let shardsPerTier = 8
    /// One of so many servers has an agent of its own, the others report through relays.
    private static let serversPerAgent = 20
    /// How long each relay gathers before it sends, in milliseconds.
    private static let relayRhythms: [Int64] = [2_000, 3_500, 5_000]
    /// A rack that falls silent so long before the last fault is told as one outage by then.
    static let lastOutageMilliseconds: Int64 = 75_000
    private static let usualRestartPause: Int64 = 1_000
    static let usualDelays: ClosedRange<Int64> = 0...2
    /// A connection ends when nothing came over it for so long.
    static let heartbeatMilliseconds: Int64 = 10_000

    let plan: SimulationPlan
    let isTelling: Bool
    var scheduler = Scheduler()
    var network: SimulatedNetwork
    var trace = TraceHash()
    var truth: SimulatedFleetTruth
    var reference: ReferenceModel
    var positions = Positions()
    var counts = SimulationCounts()
    private(set) var violations: [Simulation.Violation] = []

    private(set) lazy var broker = SimulatedBroker(index: 0, world: self)
    private(set) var servers: [SimulatedInstance<ServerService>] = []
    private(set) var racks: [SimulatedInstance<RackService>] = []
    private(set) var datacenters: [SimulatedInstance<DatacenterService>] = []
    private(set) var instances: [any SimulatedInstanceProcess] = []
    private(set) var processes: [any SimulatedProcess] = []
    private(set) var clients: [any SimulatedClient] = []
    private(set) lazy var follower = SimulatedAlertFollower(world: self)
    /// Processes that joined the running cluster.
    private var joined: Set<Int> = []
    private var clientOfLink: [Int: Int] = [:]
    private var processOfLink: [Int: Int] = [:]
    private var clientWakes: [Int64?] = []

    private let faults: [PlannedFault]
    private let intervals: ReportingIntervals
    private(set) var checkers: [any Checker] = []
    private var random: SplitMix64
    /// How long a process that was stopped stays away.
    var restartPauses: [Int64]
    /// Processes whose wall clock was set: what servers report to one of them may be void.
    var steppedWalls: Set<Int> = []
    /// By process: what was true outside when its backup was made.
    var referenceAtBackup: [Int: ReferenceModel] = [:]
    private(set) var isCalm = false
    /// Until when the connection of a client was in trouble, by link.
    var disturbances: [Int: Int64] = [:]
    /// Until when the whole network lost or delayed messages.
    var networkDisturbedUntil: Int64 = 0
    private var reporterLinks: [Int] = []
    private(set) var steadyTimes = SteadyTimes()

    init(_ plan: SimulationPlan, tells: Bool) {
        self.plan = plan
        isTelling = tells
        network = SimulatedNetwork(seed: plan.seed)
        network.delays = World.usualDelays
        let intervals = ReportingIntervals(plan, reporters: 1 + World.relayRhythms.count)
        self.intervals = intervals
        truth = SimulatedFleetTruth(count: plan.servers, seed: plan.seed) { server in
            intervals.milliseconds[World.reporter(of: server)]
        }
        reference = ReferenceModel(servers: plan.servers)
        random = RandomStream.processes.random(seed: plan.seed)
        faults = plan.schedule
        restartPauses = [World.usualRestartPause]
        addProcesses()
        addClients()
        addCheckers()
    }

    private func addProcesses() {
        processes = [broker]
        for letter in World.letters { servers.append(add("server-\(letter)")) }
        for letter in World.letters { racks.append(add("rack-\(letter)")) }
        for letter in World.letters { datacenters.append(add("dc-\(letter)")) }
    }

    /// Another instance of a tier starts, with an empty disk: the broker gives it shards by and by.
    func join(_ tier: Tier) {
        let before = instances.count { $0.tier == tier } - World.letters.count
        let name = "\(tier.name)-\(World.lettersOfJoiners[before])"
        switch tier {
        case .server: servers.append(add(name))
        case .rack: racks.append(add(name))
        case .dc: datacenters.append(add(name))
        }
        follower.instanceJoined()
        joined.insert(processes.count - 1)
        scheduler.plan(.start(process: processes.count - 1), at: scheduler.now)
    }

    private func add<Service>(_ name: String) -> SimulatedInstance<Service> {
        let instance = SimulatedInstance<Service>(
            name: name, index: processes.count, world: self)
        processes.append(instance)
        instances.append(instance)
        restartPauses.append(World.usualRestartPause)
        processOfLink[instance.link] = instance.index
        return instance
    }

    private func addClients() {
        for number in 0..<Workload.operators {
            add(SimulatedOperator(number: number, world: self))
        }
        addReporter(number: 0, style: .agents, gatherMilliseconds: 0)
        for (place, rhythm) in World.relayRhythms.enumerated() {
            addReporter(number: place + 1, style: .relay, gatherMilliseconds: rhythm)
        }
        add(follower)
        add(SimulatedOnCall(world: self))
    }

    private func addReporter(
        number: Int, style: SimulatedReporter.Style, gatherMilliseconds: Int64
    ) {
        let reporter = SimulatedReporter(
            number: number,
            servers: (0..<plan.servers).filter { World.reporter(of: $0) == number },
            style: style, intervalMilliseconds: intervals.milliseconds[number],
            gatherMilliseconds: gatherMilliseconds, world: self)
        reporterLinks.append(reporter.link)
        add(reporter)
    }

    /// Who reports a server.
    private static func reporter(of server: Int) -> Int {
        server % serversPerAgent == 0 ? 0 : 1 + server % relayRhythms.count
    }

    private func add(_ client: any SimulatedClient) {
        clientOfLink[client.link] = clients.count
        clients.append(client)
        clientWakes.append(nil)
    }

    private func addCheckers() {
        checkers = [
            DurabilityCheck(), ReplayCheck(plan: plan), QueueCheck(), CommandCheck(),
            ReportCheck(), AlertCheck(), ConvergenceCheck(), OwnerCheck(), FoldCheck(),
            SilenceCheck(), UnhealthyRacksCheck(), TimerCheck(), VerdictCheck(), HoldCheck(),
            MaintenanceCheck(),
        ]
    }

    // MARK: the run

    func run() -> Simulation.Outcome {
        for index in processes.indices {
            scheduler.plan(.start(process: index), at: random.number(in: 0...300))
        }
        for index in clients.indices {
            network.open(clients[index].link, &scheduler)
            wakeClient(index, at: 0)
        }
        for (index, fault) in faults.enumerated()
        where plan.faultsKept?.contains(index) ?? true {
            scheduler.plan(.fault(index), at: fault.at)
            scheduler.plan(.faultEnds(index), at: fault.at + fault.milliseconds)
        }
        scheduler.plan(.look, at: 1_000)
        scheduler.plan(.lastOutage, at: max(0, plan.calmAt - World.lastOutageMilliseconds))
        scheduler.plan(.calm, at: plan.calmAt)
        let end = plan.seconds * 1_000
        while violations.isEmpty, let event = scheduler.next(), scheduler.now <= end {
            handle(event)
        }
        if violations.isEmpty {
            for client in clients { client.giveUp() }
            for checker in checkers { checker.finish(in: self) }
        }
        trace.add(UInt64(counts.ok))
        counts.shardsJoined = instances.filter { joined.contains($0.index) }
            .reduce(0) { $0 + $1.positions.count }
        counts.heldMost = broker.heldMost
        counts.queuedMost = network.longestQueue
        counts.messagesLost = network.lost
        counts.messagesRepeated = network.repeated
        return Simulation.Outcome(
            plan: plan, hash: trace, counts: counts, violations: violations)
    }

    private func handle(_ event: WorldEvent) {
        switch event {
        case .turn(let process, let life):
            if processes[process].life == life { processes[process].turn() }
        case .start(let process):
            if !processes[process].isUp { counts.restarts += 1 }
            processes[process].start()
        case .synced(let process, let life):
            if processes[process].life == life { processes[process].synced() }
        case .rowsDone(let process, let life):
            if processes[process].life == life { processes[process].rowsDone() }
        case .arrival(let link, let lane, let connection): arrive(link, lane, connection)
        case .reconnect(let link, let connection):
            network.connect(link, connection: connection, &scheduler)
            if let client = clientOfLink[link] { wakeClient(client, at: scheduler.now) }
        case .client(let client):
            guard clientWakes[client] == scheduler.now else { return }
            clientWakes[client] = nil
            wakeClient(client, at: clients[client].act())
        case .fault(let index): if !isCalm { begin(faults[index]) }
        case .faultEnds(let index): if !isCalm { end(faults[index]) }
        case .look:
            steadyTimes.look(at: self)
            for checker in checkers { checker.look(in: self) }
            scheduler.plan(.look, at: scheduler.now + 1_000)
        case .lastOutage: beginLastOutage()
        case .calm:
            isCalm = true
            healEverything()
            silenceForGood()
            leaveOneSilent()
            for client in clients.indices { wakeClient(client, at: scheduler.now) }
        }
    }

    private func arrive(_ link: Int, _ lane: Lane.Direction, _ connection: UInt64) {
        guard let frames = network.arrive(link, lane, connection: connection, &scheduler) else {
            return
        }
        counts.messages += 1
        trace.add(scheduler.now)
        trace.add(UInt64(link) << 1 | UInt64(lane.rawValue))
        for frame in frames { trace.add(frame) }
        switch lane {
        case .up: broker.messageArrived()
        case .down:
            if let client = clientOfLink[link] { return wakeClient(client, at: scheduler.now) }
            if let process = processOfLink[link] { processes[process].messageArrived() }
        }
    }

    private func wakeClient(_ client: Int, at time: Int64) {
        guard time != .max else { return }
        let time = max(time, scheduler.now)
        if let wake = clientWakes[client], wake <= time { return }
        clientWakes[client] = time
        scheduler.plan(.client(client), at: time)
    }

    // MARK: what processes tell

    func processEnded(_ index: Int, _ words: String) {
        trace.add("\(index) ended")
        if isTelling { tell("\(processes[index].name) ended: \(words)") }
        let pause = isCalm ? 500 : restartPauses[index]
        restartPauses[index] = World.usualRestartPause
        scheduler.plan(.start(process: index), at: scheduler.now + pause)
    }

    func instanceRecovered(_ process: any SimulatedInstanceProcess) {
        if isTelling { tell("\(process.name) recovered") }
        if follower.wasRestored(process) {
            let log = alertLogs().first { $0.instance == process.name }
            follower.recovered(process, log: log?.records ?? [])
        }
        for checker in checkers { checker.recovered(process, in: self) }
    }

    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64
    ) {
        for checker in checkers { checker.released(turn, by: process, durable: durable, in: self) }
    }

    func rowsSaved(
        by process: any SimulatedInstanceProcess, upTo record: UInt64, journal durable: UInt64
    ) {
        for checker in checkers {
            checker.rowsSaved(by: process, upTo: record, journal: durable, in: self)
        }
    }

    /// The connection of an instance; nil = the broker's own.
    func link(of process: any SimulatedProcess) -> Int? {
        instances.first { $0.index == process.index }?.link
    }

    /// Until when reports of a server may not have come through for reasons of its own connection.
    func disturbedUntil(_ server: Int) -> Int64 {
        let link = reporterLinks[World.reporter(of: server)]
        return max(disturbances[link] ?? 0, networkDisturbedUntil)
    }

    func reportsSettled(_ count: Int) { counts.reportsSettled += count }

    func fail(_ checker: String, _ sentence: String) {
        if isTelling { tell("VIOLATION \(checker): \(sentence)") }
        violations.append(
            Simulation.Violation(checker: checker, sentence: sentence, at: scheduler.now))
    }

    func tell(_ sentence: String) {
        print("\(scheduler.now) ms  \(sentence)")
    }
}
