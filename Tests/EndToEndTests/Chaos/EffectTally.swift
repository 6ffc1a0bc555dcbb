/// How often something that got `ok` has no effect in the end, and how often it has two.
struct EffectTally: Equatable, Sendable, CustomStringConvertible {
    var lost: UInt64 = 0
    var duplicated: UInt64 = 0

    /// Holds what got `ok` against what its owner counts.
    mutating func compare(ok: UInt64, counted: UInt64) {
        lost += ok - min(ok, counted)
        duplicated += counted - min(ok, counted)
    }

    /// Holds what must be there against what is.
    mutating func compare(wanted: Set<String>, found: Set<String>) {
        lost += UInt64(wanted.subtracting(found).count)
        duplicated += UInt64(found.subtracting(wanted).count)
    }

    static func += (left: inout EffectTally, right: EffectTally) {
        left.lost += right.lost
        left.duplicated += right.duplicated
    }

    var description: String { "\(lost), \(duplicated)" }
}
