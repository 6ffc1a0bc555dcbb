import Msgpack
import SimulatedFleet
import TwinCore
import TwinWire

/// The requests of one client over its connection: production's `RequestTracker` says when each is
/// sent, sent again and given up, as `TwinClient.Connection` does it.
struct Requester {
    /// How a request ended, for whoever made it.
    struct Finished {
        enum Result {
            case answer(MessageType, [UInt8])
            case ended(RequestTracker.End)
        }

        let token: Int
        let type: MessageType
        let destination: String
        let submittedAt: Int64
        let attempts: Int
        let result: Result
    }

    private struct Pending {
        let id: UInt64
        let token: Int
        let type: MessageType
        let destination: String
        let payload: [UInt8]
        let submittedAt: Int64
        var tracker: RequestTracker
        var dueAt: Int64
    }

    let link: Int
    private var random: SplitMix64
    private var pending: [Pending] = []
    private var finished: [Finished] = []
    private var connection: UInt64?

    init(link: Int, random: SplitMix64) {
        self.link = link
        self.random = random
    }

    var openCount: Int { pending.count }

    /// When something must be looked at again; nil = only when a message comes.
    var nextDue: Int64? { pending.map(\.dueAt).min() }

    mutating func submit(
        _ type: MessageType, to destination: String, _ payload: [UInt8], token: Int,
        terms: RetryTerms, in world: World
    ) {
        let now = world.scheduler.now
        pending.append(
            Pending(
                id: random.next(), token: token, type: type, destination: destination,
                payload: payload, submittedAt: now,
                tracker: RequestTracker(terms: terms, nowMilliseconds: now), dueAt: now))
        advance(pending.count - 1, in: world)
    }

    /// Reads what has come, does what is due and hands out what has ended.
    mutating func care(in world: World) -> [Finished] {
        for frames in world.network.takeInbox(link) { take(frames, in: world) }
        let present =
            world.network.links[link].routingID == nil
            ? nil : world.network.links[link].connection
        if connection != nil, present != connection {
            for index in pending.indices {
                pending[index].tracker.linkLost(
                    nowMilliseconds: world.scheduler.now, using: &random)
                pending[index].dueAt = world.scheduler.now
            }
        }
        connection = present
        for index in pending.indices where pending[index].dueAt <= world.scheduler.now {
            advance(index, in: world)
        }
        let ended = finished.map(\.token)
        pending.removeAll { ended.contains($0.token) }
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
    }

    private mutating func advance(_ index: Int, in world: World) {
        let now = world.scheduler.now
        switch pending[index].tracker.step(nowMilliseconds: now, using: &random) {
        case .send:
            let request = pending[index]
            let remaining = request.tracker.remaining(nowMilliseconds: now)
            let envelope = Envelope(
                kind: .request, type: request.type, requestID: request.id,
                remainingMilliseconds: remaining.map { UInt32(clamping: $0.rawValue) })
            let frames = [Array(request.destination.utf8), envelope.packed, request.payload]
            guard world.network.send(frames, from: link, &world.scheduler) else {
                pending[index].dueAt = now + Self.careMilliseconds
                return
            }
            pending[index].tracker.sent(nowMilliseconds: now)
            advance(index, in: world)
        case .wait(let until):
            pending[index].dueAt = until
        case .end(let end):
            complain(index, end, in: world)
            finish(index, .ended(end))
        }
    }

    /// A connection that takes no more is looked at again after so long.
    private static let careMilliseconds: Int64 = 50

    private mutating func take(_ frames: [[UInt8]], in world: World) {
        guard frames.count == 2 else { return }
        let header = frames[0]
        let payload = frames[1]
        do throws(Refusal) {
            let envelope = try Envelope(header.span)
            guard envelope.kind == .reply,
                let index = pending.firstIndex(where: { $0.id == envelope.requestID }),
                !finished.contains(where: { $0.token == pending[index].token })
            else { return }
            guard envelope.type == .refused else {
                return finish(index, .answer(envelope.type, payload))
            }
            let refused = try Payload.unpack(
                RefusalPayload.self, from: payload.span, of: .refused)
            pending[index].tracker.refused(
                refused.refusal, nowMilliseconds: world.scheduler.now, using: &random)
            pending[index].dueAt = world.scheduler.now
        } catch {
            world.fail("client", "an answer could not be read: \(error)")
        }
    }

    /// When faults are over, everybody gets an answer, if only after another attempt.
    private func complain(_ index: Int, _ end: RequestTracker.End, in world: World) {
        let request = pending[index]
        guard request.submittedAt >= world.plan.calmAt + Self.settlingMilliseconds else { return }
        switch end {
        case .refused(let refusal) where !refusal.code.isWorthRetrying: return
        case .refused, .neverSent, .outcomeUnknown:
            world.fail(
                "answers",
                "\(request.type.rawValue) to \(request.destination) ended with \(end) after "
                    + "\(request.tracker.attempts) attempts, long after the last fault")
        }
    }

    /// So long after the last fault whoever had ended is back.
    private static let settlingMilliseconds: Int64 = 30_000

    private mutating func finish(_ index: Int, _ result: Finished.Result) {
        let request = pending[index]
        finished.append(
            Finished(
                token: request.token, type: request.type, destination: request.destination,
                submittedAt: request.submittedAt, attempts: request.tracker.attempts,
                result: result))
        pending[index].dueAt = .max
    }
}
