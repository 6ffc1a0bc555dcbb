/// The states of one condition in the last 20 minutes, one bit a minute of elapsed time.
///
/// A condition flaps when its weighted share of changes reaches 30 %, and stops below 25 %; newer
/// changes weigh more (0.8 … 1.2), as Nagios' flap detection does. One slot a minute, holding the
/// last state seen in it, makes the measure independent of the reporting interval.
package struct FlapRing: Equatable, Sendable, Codable {
    package static let slots = 20
    package static let slotMilliseconds: Int64 = 60_000
    package static let startShare = 0.30
    package static let stopShare = 0.25
    private static let oldestWeight = 0.8
    private static let newestWeight = 1.2

    /// Bit 0 is the newest minute; 1 = bad.
    private var bits: UInt32 = 0
    private var minute: Int64 = 0

    package init() {}

    /// Notes the state at `now`; minutes without a note repeat the state before them.
    package mutating func note(isBad: Bool, at now: Elapsed) {
        let current = now.milliseconds / FlapRing.slotMilliseconds
        let passed = min(max(0, current - minute), Int64(FlapRing.slots))
        for _ in 0..<passed { bits = (bits << 1) | (bits & 1) }
        minute = max(minute, current)
        bits = (bits & ~1) | (isBad ? 1 : 0)
        bits &= (1 << UInt32(FlapRing.slots)) - 1
    }

    /// The weighted share of changes among neighbouring minutes, 0…1.
    package var changeShare: Double {
        let pairs = FlapRing.slots - 1
        var share = 0.0
        let changes = bits ^ (bits >> 1)
        for index in 0..<pairs where (changes >> UInt32(index)) & 1 == 1 {
            let age = Double(index) / Double(pairs - 1)
            share +=
                FlapRing.newestWeight - (FlapRing.newestWeight - FlapRing.oldestWeight) * age
        }
        return share / Double(pairs)
    }
}
