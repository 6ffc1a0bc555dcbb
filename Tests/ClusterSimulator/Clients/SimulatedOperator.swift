import Msgpack
import SimulatedFleet
import TwinCore
import TwinWire

/// An operator: commissions its share of the servers, then changes them one after the other and
/// looks at what it has done. Two operators never change one server; all of them share the broker.
///
/// A command whose outcome stays unknown is followed by a look before the next command.
final class SimulatedOperator: SimulatedClient {
    let name: String
    let link: Int
    private unowned let world: World
    private let servers: [Int]
    private var requester: Requester
    private var random: SplitMix64
    private var nextAt: Int64
    private struct Current {
        let operation: Operation
        let generation: UInt64?
        let floor: UInt64
        /// How often the server's twin had been restored when it began.
        let restores: Int
    }

    private var current: [Int: Current] = [:]
    private var nextToken = 0
    private var toCommission: [Int]
    /// Servers whose state must be looked at before they are changed again.
    private var toLookAt: [Int] = []
    private var begun = 0

    init(number: Int, world: World) {
        name = "operator-\(number)"
        self.world = world
        link = world.network.add(name: name, side: .client)
        servers = (0..<world.plan.servers).filter { $0 % Workload.operators == number }
        random = RandomStream.workload.random(seed: world.plan.seed, index: number)
        requester = Requester(
            link: link, random: RandomStream.clients.random(seed: world.plan.seed, index: number))
        nextAt = 2_000 + random.number(in: 0...500)
        toCommission = servers
    }

    var isIdle: Bool { requester.openCount == 0 && toLookAt.isEmpty }

    /// Commissions on their way together at the beginning.
    private static let window = 16

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        let now = world.scheduler.now
        while now >= 2_000, current.count < Self.window, !toCommission.isEmpty {
            let server = toCommission.removeFirst()
            let place = ReferenceServer.Place(rack: Workload.home(of: server), revision: 0)
            begin(.commission(server: server, place))
        }
        if toCommission.isEmpty, current.isEmpty, now >= nextAt { beginNext() }
        // Behind a request only its end matters, and that wakes whoever waits for it.
        let isWaiting = !current.isEmpty
        return min(requester.nextDue ?? .max, isWaiting ? .max : max(nextAt, now + 1))
    }

    private func beginNext() {
        nextAt = world.scheduler.now + random.number(in: 200...world.plan.operationPause)
        if let server = toLookAt.first { return begin(.getServer(server: server)) }
        guard !world.isCalm, begun < world.plan.operationsMax else {
            nextAt = .max
            return
        }
        begun += 1
        guard let server = random.pick(servers) else { return }
        begin(Workload.next(for: server, world.reference.servers[server], using: &random))
    }

    private func begin(_ operation: Operation) {
        let token = nextToken
        nextToken += 1
        var generation: UInt64?
        if let server = operation.server {
            switch operation {
            case .commission, .decommission:
                world.reference.servers[server].isKnown = true
                // Half of them name what they believe to change.
                if random.chance(0.5) { generation = world.reference.servers[server].generation }
                beginChange(server, operation)
            case .setMaintenance, .endMaintenance: beginChange(server, operation)
            case .getServer, .getRack, .unhealthyRacks: break
            }
        }
        let payload: [UInt8]
        do {
            payload = try operation.payload(
                generation: generation, wall: MachineClock.wall(at: world.scheduler.now))
        } catch {
            return world.fail("workload", "\(operation) cannot be packed: \(error)")
        }
        current[token] = Current(
            operation: operation, generation: generation,
            floor: world.positions.floor(of: operation.destination),
            restores: operation.server.map { world.reference.servers[$0].restores } ?? 0)
        requester.submit(
            operation.type, to: operation.destination, payload, token: token,
            terms: RetryTerms(timeout: .seconds(random.chance(0.2) ? 2 : 15)), in: world)
    }

    private func beginChange(_ server: Int, _ operation: Operation) {
        world.reference.servers[server].commands += 1
        world.reference.servers[server].change = operation
    }

    private func take(_ finished: Requester.Finished) {
        guard let current = current.removeValue(forKey: finished.token) else { return }
        let operation = current.operation
        let generation = current.generation
        world.counts.operations += 1
        world.trace.add(operation.type.rawValue)
        world.trace.add(operation.destination)
        if let server = operation.server {
            world.reference.servers[server].change = nil
            guard world.reference.servers[server].restores == current.restores else {
                // The answer may be of before the restore.
                world.counts.unknown += 1
                return unknown(operation)
            }
        }
        switch finished.result {
        case .answer(_, let payload):
            world.counts.ok += 1
            answered(operation, payload, floor: current.floor)
        case .ended(.refused(let refusal)):
            world.counts.refused += 1
            if world.isTelling { world.tell("\(name): \(operation): \(refusal)") }
            refused(operation, refusal, generation: generation, attempts: finished.attempts)
        case .ended(.outcomeUnknown):
            world.counts.unknown += 1
            unknown(operation)
        case .ended(.neverSent):
            world.counts.unknown += 1
            if toLookAt.first == operation.server { toLookAt.removeFirst() }
            if let server = operation.server { lookAt(server) }
        }
    }

    private func lookAt(_ server: Int) {
        if !toLookAt.contains(server) { toLookAt.append(server) }
    }

    private func unknown(_ operation: Operation) {
        guard let server = operation.server else { return }
        world.reference.servers[server].mayBeCarriedOut(operation)
        world.reference.servers[server].generation = nil
        lookAt(server)
    }

    private func refused(
        _ operation: Operation, _ refusal: Refusal, generation: UInt64?, attempts: Int
    ) {
        guard let server = operation.server else { return }
        let state = world.reference.servers[server]
        switch refusal.code {
        case .unavailable, .overloaded, .expired, .notOwner, .storageFailed:
            // An earlier sending may have been carried out, and a disk that failed may have
            // kept what it was given.
            unknown(operation)
        case .unknownAddress:
            if let certain = state.certain, certain.place != nil {
                world.fail(
                    "commands",
                    "\(operation) was refused (\(refusal.message)), but the server "
                        + "was commissioned: \(certain)")
            }
            if case .getServer = operation { seen(server, nil) }
        case .conflict where generation == nil:
            // A window of this name is there already, with another begin.
            unknown(operation)
        case .conflict:
            if state.certain != nil, attempts == 1, state.generation == generation {
                world.fail(
                    "commands",
                    "\(operation) was refused (\(refusal.message)), but generation "
                        + "\(generation ?? 0) was the last that got ok")
            }
            unknown(operation)
        case .invalid, .tooLarge, .unsupportedVersion, .unauthorized, .quarantined:
            world.fail("commands", "\(operation) was refused: \(refusal)")
        }
    }

    private func answered(_ operation: Operation, _ payload: [UInt8], floor: UInt64) {
        do {
            switch operation {
            case .commission, .decommission, .setMaintenance, .endMaintenance:
                let document = try MsgpackDecoder.decode(CommandDocument.self, from: payload)
                world.positions.note(
                    operation.destination, document.position, floor: floor, in: world)
                carriedOut(operation, document)
            case .getServer(let server):
                let document = try MsgpackDecoder.decode(ServerDocument.self, from: payload)
                world.positions.note(
                    operation.destination, document.position, floor: floor, in: world)
                seen(server, document)
            case .getRack:
                let document = try MsgpackDecoder.decode(RackDocument.self, from: payload)
                world.positions.note(
                    operation.destination, document.position, floor: floor, in: world)
            case .unhealthyRacks:
                let document = try MsgpackDecoder.decode(
                    UnhealthyRacksDocument.self, from: payload)
                world.positions.note(
                    operation.destination, document.position, floor: floor, in: world)
            }
        } catch {
            world.fail("client", "the answer to \(operation) could not be read: \(error)")
        }
    }

    private func carriedOut(_ operation: Operation, _ document: CommandDocument) {
        guard let server = operation.server else { return }
        let before = world.reference.servers[server]
        world.reference.servers[server].carriedOut(operation)
        world.reference.servers[server].generation = nil
        if case .commission = operation {
            world.reference.servers[server].generation = document.generation
        }
        if world.reference.servers[server].possible.isEmpty {
            world.fail(
                "commands",
                "\(operation) got ok, which none of the possible states allows: "
                    + "\(before.possible)")
        }
    }

    /// What the owner tells must be one of the possible states; then it is the only one.
    private func seen(_ server: Int, _ document: ServerDocument?) {
        toLookAt.removeAll { $0 == server }
        let reference = world.reference.servers[server]
        let matching = reference.possible.filter { state in
            guard let document, document.status != "decommissioned" else {
                return state.place == nil
            }
            return document.location.rack == state.place.map { Workload.rackKey($0.rack) }
                && document.labels == state.place?.labels
        }
        guard !matching.isEmpty else {
            return world.fail(
                "commands",
                "\(Workload.serverKey(server)) is in rack "
                    + "\(document?.location.rack ?? "none") with labels "
                    + "\((document?.labels ?? [:]).sorted { $0.key < $1.key }), "
                    + "\(document?.status ?? "unknown"); possible was only \(reference.possible)")
        }
        if let document, let known = reference.generation, reference.certain != nil,
            document.status != "decommissioned", document.generation != known
        {
            world.fail(
                "commands",
                "\(Workload.serverKey(server)) says generation \(document.generation), "
                    + "\(known) was the last that got ok")
        }
        world.reference.servers[server].possible = matching
        if let document, matching.count == 1, document.status != "decommissioned" {
            world.reference.servers[server].generation = document.generation
        }
    }
}
