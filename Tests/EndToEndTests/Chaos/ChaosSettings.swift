import Foundation

/// What a chaos run is: how long, and by which seed.
///
/// The seed decides which fault comes when and what each client draws. Threads and processes keep
/// their own time, so a seed repeats the plan, not the interleaving.
struct ChaosSettings: Sendable {
    let seed: UInt64
    /// How long faults may come; what follows is waiting for the cluster to find its peace.
    let faults: Duration

    /// Faults on the broker end this much before the others: after its return reporters have 30 s
    /// to come back before anybody is called silent, and the run must see somebody found.
    static let brokerRest = Duration.seconds(24)
    /// So long before the end of the faults nobody takes an instance away any more.
    static let operatorsRest = Duration.seconds(12)
    /// How long before the end of a run its faults end.
    private static let settling = 10
    private static let secondsDefault = 60
    private static let secondsMin = 45

    /// From `TWIN_CHAOS_SECONDS` and `TWIN_CHAOS_SEED`; without them a minute and a fresh seed.
    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let seconds = try Self.number("TWIN_CHAOS_SECONDS", environment) ?? Self.secondsDefault
        guard seconds >= Self.secondsMin else {
            throw HarnessError("TWIN_CHAOS_SECONDS: wanted \(Self.secondsMin) or more: \(seconds)")
        }
        faults = .seconds(seconds - Self.settling)
        seed =
            try Self.number("TWIN_CHAOS_SEED", environment)
            ?? UInt64.random(in: 0...UInt64(UInt32.max))
    }

    private static func number<Number: FixedWidthInteger>(
        _ name: String, _ environment: [String: String]
    ) throws -> Number? {
        guard let text = environment[name] else { return nil }
        guard let number = Number(text) else {
            throw HarnessError("\(name): wanted a whole number, found \(text)")
        }
        return number
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct ChaosRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The stream of one client: each draws for itself, whatever the others do.
    init(seed: UInt64, client: Int) {
        self.init(seed: seed &+ UInt64(client) &* 0x9E37_79B9_7F4A_7C15)
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// True once in `count` draws.
    mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// One of them; there must be one.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
