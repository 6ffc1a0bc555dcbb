import Testing
import TwinCore

@Suite("A quantised value")
struct ServerQuantisedTests {
    @Test("comes back from its value for every bit pattern")
    func everyPattern() {
        for bits in UInt16.min...UInt16.max {
            let value = Quantised(bits: bits)
            // The pattern of minus zero is never made; its value is zero.
            guard bits != 0x8000 else { continue }
            #expect(Quantised(value.value) == value)
        }
    }

    @Test("is within 2⁻¹⁰ of the value it stands for")
    func relativeError() {
        var random = ServerRandom(seed: 42)
        for _ in 0..<100_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard value.isFinite, value.magnitude > 1e-7, value.magnitude < 1e12 else { continue }
            let error = (Double(Quantised(value).value) - Double(value)).magnitude
            #expect(error <= Double(value.magnitude) / 1_024, "seed 42, value \(value)")
        }
    }

    @Test("is the nearest one, ties to even")
    func nearest() {
        var random = ServerRandom(seed: 7)
        for _ in 0..<20_000 {
            let bits = UInt16(truncatingIfNeeded: random.next() % 0x7FFE)
            let low = Double(Quantised(bits: bits).value)
            let high = Double(Quantised(bits: bits + 1).value)
            let share = Double(random.next() % 1_000) / 1_000
            let value = Float(low + (high - low) * share)
            let below = Double(value) - low
            let above = high - Double(value)
            let expected = below < above || (below == above && bits % 2 == 0) ? bits : bits + 1
            #expect(Quantised(value).bits == expected, "seed 7, value \(value)")
        }
    }

    @Test("is clamped at both ends and knows zero and absent")
    func ends() {
        #expect(Quantised(Float.infinity) == .max)
        #expect(Quantised(-Float.infinity) == .min)
        #expect(Quantised(Float.greatestFiniteMagnitude).value == 1_098_437_885_952)
        #expect(Quantised(0).value == 0)
        #expect(Quantised(-0.0) == .zero)
        #expect(Quantised(1e-30) == .zero)
        #expect(Quantised(.nan) == .absent)
        #expect(Quantised.absent.value.isNaN)
        #expect(Quantised(1).value == 1)
    }

    @Test("keeps the order of positive values")
    func order() {
        var last = Quantised.zero
        for step in 1..<10_000 {
            let next = Quantised(Float(step) * 0.37)
            #expect(next.bits >= last.bits)
            last = next
        }
    }
}

/// SplitMix64: small, seeded, the same everywhere.
struct ServerRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// 0 ≤ value < 1.
    mutating func unit() -> Float { Float(next() >> 40) / 16_777_216 }
}
