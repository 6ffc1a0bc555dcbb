internal import Msgpack
internal import TwinCore
internal import TwinRuntime
internal import TwinWire

/// A first byte that picks a tier, then messages to its instance, each in a turn of its own: type,
/// way, length (two bytes, little-endian), payload.
///
/// Every turn's record must replay, and after it the replayed instance is the live one, bit for
/// bit. No answer is larger than a frame.
enum InstanceCheck {
    private static let messagesMax = 16

    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        let messages = HostileMessage.messages(in: bytes.dropFirst(), max: messagesMax)
        switch first % 3 {
        case 0: try run(messages, tier: .server, core: SmallCluster.running.server)
        case 1: try run(messages, tier: .rack, core: SmallCluster.running.rack)
        default: try run(messages, tier: .dc, core: SmallCluster.running.dc)
        }
    }

    private static func run<Service: TierService>(
        _ messages: [HostileMessage], tier: Tier, core: InstanceCore<Service>
    ) throws(FuzzFinding) {
        var live = core
        var replayed = core
        var clock = SmallCluster.running.clock
        for message in messages {
            clock = message.clock(after: clock)
            let turn = Turn.pass(&live, at: clock, hearing: [message.frames(to: tier)])
            for frame in ((turn.closed?.messages ?? []) + turn.urgent).joined() {
                try Expectation.that(
                    frame.count <= Limits.frameBytesMax, "a frame of \(frame.count) bytes is sent")
            }
            guard let closed = turn.closed, let record = closed.record else { continue }
            do throws(MsgpackError) {
                try Recovery.replay(record.span, number: closed.number, into: &replayed)
            } catch {
                throw FuzzFinding("a record of ours is refused: \(error)")
            }
        }
        try compare(live, replayed)
    }

    private static func compare<Service: TierService>(
        _ live: InstanceCore<Service>, _ replayed: InstanceCore<Service>
    ) throws(FuzzFinding) {
        let (state, again) = (try DurableState.of(live), try DurableState.of(replayed))
        let differing = Set(state.keys).union(again.keys).filter { state[$0] != again[$0] }
        try Expectation.that(
            differing.isEmpty,
            "replay differs in: \(differing.sorted().joined(separator: "; "))")
    }
}
