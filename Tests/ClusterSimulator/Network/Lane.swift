/// One direction of a connection: messages arrive in order, each after its own delay.
struct Lane {
    enum Direction: UInt8 {
        /// To the broker.
        case up = 0
        /// From the broker.
        case down = 1
    }

    struct Packet {
        let frames: [[UInt8]]
        let arrivesAt: Int64
    }

    private var packets: [Packet] = []
    private var head = 0
    private var lastArrival: Int64 = 0
    /// A partition holds everything until then.
    var blockedUntil: Int64 = 0

    var count: Int { packets.count - head }
    /// Everything on its way, oldest first.
    var waiting: [[[UInt8]]] { packets[head...].map(\.frames) }

    /// Puts a message on its way and tells when it arrives.
    mutating func send(_ frames: [[UInt8]], at time: Int64, delay: Int64) -> Int64 {
        lastArrival = max(lastArrival, time + delay)
        packets.append(Packet(frames: frames, arrivesAt: lastArrival))
        return lastArrival
    }

    mutating func take() -> Packet? {
        guard head < packets.count else { return nil }
        defer {
            head += 1
            if head == packets.count {
                packets.removeAll(keepingCapacity: true)
                head = 0
            } else if head > 1_024 {
                packets.removeFirst(head)
                head = 0
            }
        }
        return packets[head]
    }

    /// Everything that is still on its way, oldest first; the lane is new afterwards.
    mutating func cut() -> [[[UInt8]]] {
        defer { self = Lane() }
        return packets[head...].map(\.frames)
    }
}
