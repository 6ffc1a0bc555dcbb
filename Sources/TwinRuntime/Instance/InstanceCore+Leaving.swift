package import TwinCore
internal import TwinWire

/// Leaving: an instance that is to stop asks the broker to drain it and serves until it is empty.
///
/// Level-triggered like the moves themselves: the request is repeated, the placement tells the end.
extension InstanceCore {
    /// Begins to give all shards away; `leaving.end` says when the process may stop.
    package mutating func leave(within patience: Milliseconds) {
        let start = now
        leaving = Leaving(deadline: start + patience.rawValue, now: start)
    }

    /// Asks, and sees whether it is over; before the turn's record is packed.
    mutating func tendLeaving() {
        guard let state = leaving, state.end == nil else { return }
        let left = shardsLeft
        let askedAt = now
        if left == 0 {
            leaving?.end = .empty
        } else if now >= state.deadline {
            leaving?.end = .keeping(shards: left, why: "the time for it is over")
        } else if now - state.stuckSince >= Self.stuckPatience.rawValue {
            let why =
                membership == .member
                ? "no other instance of the tier can take them" : "the broker does not answer"
            leaving?.end = .keeping(shards: left, why: why)
        } else if case .member = membership,
            now - (state.askedAt ?? .min / 2) >= Self.askInterval.rawValue
        {
            leaving?.askedAt = askedAt
            let id = send(
                .request, .drain, to: .broker, Payload.pack(DrainRequest(instance: name)))
            leaving?.requestID = id
        }
    }

    /// Shards that nobody else serves yet, as the broker and this instance see it.
    private var shardsLeft: Int {
        guard let placement else { return ownedIndices.count }
        let placed = placement.shards(of: name, in: tier).map { Int($0.index) }
        let coming = placement.moves.filter { $0.tier == tier && $0.to == name }
            .map { Int($0.index) }
        return Set(placed + coming + ownedIndices).count
    }

    /// The broker's answer: the moves that it still has to make, or why it makes none.
    mutating func heardDrain(_ envelope: Envelope, _ payload: Span<UInt8>) throws(Refusal) {
        guard let state = leaving, state.requestID == envelope.requestID, state.end == nil else {
            return
        }
        guard envelope.type == .drain else {
            let refusal = try Payload.unpack(RefusalPayload.self, from: payload, of: .refused)
            // Anything else is a broker that does not know us yet: it is asked again.
            if refusal.refusal.code == .conflict {
                let left = shardsLeft
                leaving?.end = .keeping(shards: left, why: refusal.message)
            }
            return
        }
        let document = try Payload.unpack(MovesDocument.self, from: payload, of: .drain)
        let heardAt = now
        if !document.moves.isEmpty { leaving?.stuckSince = heardAt }
    }

    private static var askInterval: Milliseconds { .seconds(1) }
    /// Longer than a broker or another instance needs for a restart.
    private static var stuckPatience: Milliseconds { .seconds(10) }
}
