/// A metric value in 16 bits, as a twin's window remembers it.
///
/// Sign, 6-bit exponent 2⁻²⁴ … 2³⁹, 9-bit mantissa with a hidden one: a relative error of at most
/// 2⁻¹⁰. All zeros is zero, all ones is absent. Larger magnitudes are clamped; positive bit
/// patterns are ordered like their values. Pure integer arithmetic: the same on every machine.
package struct Quantised: Hashable, Sendable {
    package let bits: UInt16

    package init(bits: UInt16) { self.bits = bits }

    /// No value.
    package static let absent = Quantised(bits: .max)
    package static let zero = Quantised(bits: 0)
    package static let max = Quantised(bits: magnitudeMask)
    /// One less than the mirror image of `max`, which stands for absent.
    package static let min = Quantised(bits: .max - 1)

    private static let signMask: UInt16 = 0x8000
    private static let magnitudeMask: UInt16 = 0x7FFF
    /// Float32 keeps 23 bits of mantissa, this keeps 9.
    private static let droppedBits: UInt32 = 14
    /// Float32's exponent bias 127 less ours of 24, in units of the kept pattern.
    private static let rebias: UInt32 = (127 - 24) << 9
    /// Half of the smallest magnitude, 2⁻²⁵ × (1 + 2⁻⁹), as Float32 bits: below it is zero.
    private static let zeroBelow: UInt32 = ((127 - 25) << 9 | 1) << droppedBits

    /// Rounds to the nearest value, ties to even; NaN becomes absent.
    package init(_ value: Float) {
        guard !value.isNaN else {
            self = .absent
            return
        }
        let magnitude = value.bitPattern & 0x7FFF_FFFF
        let sign: UInt16 = value.sign == .minus ? Quantised.signMask : 0
        guard magnitude > Quantised.zeroBelow else {
            bits = 0
            return
        }
        let half: UInt32 = (1 << (Quantised.droppedBits - 1)) - 1
        let isOdd = (magnitude >> Quantised.droppedBits) & 1
        let rounded = (magnitude + half + isOdd) >> Quantised.droppedBits
        let ours = rounded > Quantised.rebias ? rounded - Quantised.rebias : 1
        let largest = UInt32(sign == 0 ? Quantised.magnitudeMask : Quantised.magnitudeMask - 1)
        bits = sign | UInt16(truncatingIfNeeded: Swift.min(ours, largest))
    }

    /// The exact value of the bits; NaN when absent.
    package var value: Float {
        if self == .absent { return .nan }
        let magnitude = UInt32(bits & Quantised.magnitudeMask)
        guard magnitude > 0 else { return 0 }
        let pattern = (magnitude + Quantised.rebias) << Quantised.droppedBits
        return Float(bitPattern: pattern | UInt32(bits & Quantised.signMask) << 16)
    }

    package var isAbsent: Bool { bits == .max }
}
