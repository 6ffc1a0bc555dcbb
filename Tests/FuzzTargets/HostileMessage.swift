internal import TwinCore
internal import TwinRuntime
internal import TwinWire

/// One message made of bytes: of any type, to anybody, at any time, with any payload.
struct HostileMessage {
    private let type: MessageType
    /// Bits 0 to 2: to whom. Bits 3 and 4: as what. Bit 5: under which id. Bits 6 and 7: when.
    private let way: UInt8
    private let payload: [UInt8]

    private static let headBytes = 4

    /// The messages that `bytes` hold; the last one may be short.
    static func messages(in bytes: ArraySlice<UInt8>, max: Int) -> [HostileMessage] {
        var rest = bytes
        var messages: [HostileMessage] = []
        while rest.count >= headBytes, messages.count < max {
            let head = Array(rest.prefix(headBytes))
            rest = rest.dropFirst(headBytes)
            let payload = rest.prefix(Int(head[2]) | Int(head[3]) << 8)
            rest = rest.dropFirst(payload.count)
            messages.append(
                HostileMessage(
                    type: MessageType.allCases[Int(head[0]) % MessageType.allCases.count],
                    way: head[1], payload: Array(payload)))
        }
        return messages
    }

    /// The frames as an instance of `tier` gets them from its broker.
    func frames(to tier: Tier) -> [[UInt8]] {
        let kinds: [Envelope.Kind] = [.request, .reply, .event, .beat]
        let kind = kinds[Int(way >> 3) & 3]
        let envelope = Envelope(
            kind: kind, type: type, requestID: way & 0x20 == 0 ? 1 : 1 << 40,
            remainingMilliseconds: 5_000)
        // A reply and what the broker tells come without a route.
        guard kind == .request || (kind == .event && type != .placement) else {
            return [envelope.packed, payload]
        }
        return [
            Array("client".utf8), Array(destination(tier).utf8), envelope.packed, payload,
        ]
    }

    private func destination(_ tier: Tier) -> String {
        let known = SmallCluster.knownKeys[tier] ?? ""
        switch way & 7 {
        case 0, 1: return "\(tier.name)/\(known)"
        case 2: return "\(tier.name)/new"
        case 3, 4: return "\(tier.name)@\(SmallCluster.name(of: tier))"
        case 5: return "\(tier.name)#0"
        case 6: return "broker"
        default: return "\(tier == .rack ? "server" : "rack")/\(known)"
        }
    }

    /// The clock of this message's turn.
    func clock(after clock: TurnClock) -> TurnClock {
        let passed: Int64
        var step = Milliseconds.zero
        switch way >> 6 {
        case 0: passed = 250
        case 1: passed = 11_000
        case 2: passed = 900_000
        default:
            passed = 1_000
            step = .hours(-48)
        }
        return TurnClock(
            monotonic: clock.monotonic + passed, suspendedAware: clock.suspendedAware + passed,
            wall: clock.wall + Milliseconds(rawValue: passed) + step)
    }
}
