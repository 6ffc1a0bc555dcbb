import TwinCore

/// What a child twin has to tell and has no receipt for.
struct ChildDebt {
    let version: Version
    /// Whom it owes it to; empty when all have receipted.
    let parents: [TwinKey]
}
