/// Reproducible randomness for the simulated fleet: the same seed gives the same numbers anywhere.
///
/// SplitMix64 (Steele, Lea, Flood 2014): 64 bits of state, one multiply-xorshift chain a number.
/// Not for secrets. Seeding it with `mixing` of several numbers gives each (server, time) its own
/// stream, so that a reading never depends on the order in which readings are taken.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A stream of its own for each combination of the three numbers.
    package init(mixing seed: UInt64, _ first: UInt64, _ second: UInt64 = 0) {
        state = SplitMix64.hash(SplitMix64.hash(seed ^ SplitMix64.hash(first)) ^ second)
    }

    package mutating func next() -> UInt64 {
        state &+= SplitMix64.increment
        return SplitMix64.finalized(state)
    }

    /// A number in 0 ..< 1 with 53 random bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in `range`, evenly spread.
    package mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A nearly normal number, mean 0, deviation 1, never beyond ±3.5: the scaled sum of four
    /// 16-bit uniforms (Irwin–Hall), because that needs no logarithm.
    package mutating func normal() -> Double {
        let bits = next()
        let sum =
            (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48)
        return (Double(sum) * 0x1p-16 - 2) * SplitMix64.squareRootOfThree
    }

    /// A whole number in 0 ..< `bound`; `bound` is at least 1.
    package mutating func index(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// The random number of one value: for fixed properties such as a server's phase.
    package static func hash(_ value: UInt64) -> UInt64 {
        finalized(value &+ increment)
    }

    private static func finalized(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let squareRootOfThree = 1.732_050_807_568_877_2
}
