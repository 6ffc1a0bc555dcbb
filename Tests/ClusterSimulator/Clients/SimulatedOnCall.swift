import Msgpack
import SimulatedFleet
import TwinCore
import TwinWire

/// The engineer on call: puts racks into maintenance for a minute or two, takes some of them out
/// again, and acknowledges incidents that the follower of the alert log was shown. Most of what
/// this mutes is heard again because its time is over, not because somebody says so.
///
/// All of it is over before the last outage, so that the end of a run is what it is without.
final class SimulatedOnCall: SimulatedClient {
    private enum Request {
        case set(window: Int)
        case end(window: Int)
        case acknowledge(IncidentID)
    }

    let name = "on-call"
    let link: Int
    private unowned let world: World
    private var requester: Requester
    private var random: SplitMix64
    private var nextAt: Int64
    /// By token.
    private var current: [Int: (request: Request, destination: String, floor: UInt64)] = [:]
    private var nextToken = 0

    init(world: World) {
        self.world = world
        link = world.network.add(name: name, side: .client)
        random = RandomStream.onCall.random(seed: world.plan.seed)
        requester = Requester(
            link: link, random: RandomStream.clients.random(seed: world.plan.seed, index: 98))
        nextAt = Self.firstAt
    }

    /// Racks are there by then.
    private static let firstAt: Int64 = 20_000
    private static let pauses: ClosedRange<Int64> = 2_000...20_000
    private static let lasts: ClosedRange<Int64> = 10_000...120_000
    /// Before the last outage and after every attempt of its requests.
    private static let endsBeforeCalm = World.lastOutageMilliseconds + 20_000
    /// The newest so many records are looked at for something to acknowledge.
    private static let recordsLookedAt = 20

    var isIdle: Bool { requester.openCount == 0 }

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        let now = world.scheduler.now
        if now >= nextAt {
            let isOver = now + Self.lasts.lowerBound >= end
            nextAt = isOver ? .max : now + random.number(in: Self.pauses)
            if !isOver { begin() }
        }
        return min(requester.nextDue ?? .max, nextAt)
    }

    private var end: Int64 { world.plan.calmAt - Self.endsBeforeCalm }

    private func begin() {
        let until = min(world.scheduler.now + random.number(in: Self.lasts), end)
        switch random.index(below: 3) {
        case 0: setMaintenance(until: until)
        case 1: endMaintenance()
        default: acknowledge(until: until)
        }
    }

    private func setMaintenance(until: Int64) {
        let rack = random.index(below: Workload.racks)
        let window = world.reference.windows.count
        let id = "m\(window)"
        world.reference.windows.append(ReferenceWindow(rack: rack, id: id, until: until))
        submit(
            .set(window: window), .setMaintenance, to: "rack/\(Workload.rackKey(rack))",
            Payload.pack(
                SetMaintenanceRequest(
                    id: id, owner: "bob", reason: "switch",
                    fromMilliseconds: MachineClock.wall(at: world.scheduler.now).milliseconds,
                    untilMilliseconds: MachineClock.wall(at: until).milliseconds)))
    }

    private func endMaintenance() {
        let inForce = world.reference.windows.indices.filter {
            world.reference.windows[$0].state == .inForce
        }
        guard let window = random.pick(inForce) else { return }
        world.reference.windows[window].state = .unsure
        submit(
            .end(window: window), .endMaintenance,
            to: "rack/\(Workload.rackKey(world.reference.windows[window].rack))",
            Payload.pack(EndMaintenanceRequest(id: world.reference.windows[window].id)))
    }

    private func acknowledge(until: Int64) {
        let incidents = world.follower.records.suffix(Self.recordsLookedAt)
            .filter { $0.change == "opened" || $0.change == "reopened" }
            .compactMap { $0.incident?.id }
        guard let chosen = random.pick(incidents) else { return }
        do {
            let incident = try IncidentID(chosen)
            submit(
                .acknowledge(incident), .acknowledge, to: incident.address.description,
                Payload.pack(
                    AcknowledgeRequest(
                        incident: incident, owner: "bob", comment: "on it",
                        forSeconds: Double(until - world.scheduler.now) / 1_000)))
        } catch {
            world.fail("client", "an alert names an incident \(chosen): \(error)")
        }
    }

    private func submit(
        _ request: Request, _ type: MessageType, to destination: String, _ payload: [UInt8]
    ) {
        let token = nextToken
        nextToken += 1
        current[token] = (request, destination, world.positions.floor(of: destination))
        requester.submit(
            type, to: destination, payload, token: token,
            terms: RetryTerms(timeout: .seconds(15)), in: world)
    }

    // MARK: answers

    private func take(_ finished: Requester.Finished) {
        guard let (request, destination, floor) = current.removeValue(forKey: finished.token)
        else { return }
        world.counts.operations += 1
        world.trace.add(finished.type.rawValue)
        world.trace.add(destination)
        switch finished.result {
        case .answer(_, let payload):
            world.counts.ok += 1
            do {
                let document = try MsgpackDecoder.decode(CommandDocument.self, from: payload)
                world.positions.note(destination, document.position, floor: floor, in: world)
            } catch {
                world.fail("client", "the answer to \(request) could not be read: \(error)")
            }
            carriedOut(request)
        case .ended(.refused(let refusal)):
            world.counts.refused += 1
            refused(request, refusal)
        case .ended(.outcomeUnknown), .ended(.neverSent): world.counts.unknown += 1
        }
    }

    private func carriedOut(_ request: Request) {
        switch request {
        case .set(let window): world.reference.windows[window].isSet()
        case .end(let window): world.reference.windows[window].isEnded()
        case .acknowledge: break
        }
    }

    /// Whatever was asked for may have been done by an earlier attempt; it stays unsure.
    private func refused(_ request: Request, _ refusal: Refusal) {
        if world.isTelling { world.tell("\(name): \(request): \(refusal)") }
        switch refusal.code {
        case .unavailable, .overloaded, .expired, .notOwner, .storageFailed, .unknownAddress,
            .invalid:
            // A rack without members is gone; an end may have come before its command.
            break
        case .conflict, .tooLarge, .unsupportedVersion, .unauthorized, .quarantined:
            world.fail("commands", "\(request) was refused: \(refusal)")
        }
    }
}
