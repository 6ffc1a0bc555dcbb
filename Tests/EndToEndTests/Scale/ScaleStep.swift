import TwinCore

/// One change of a tier's size under load, and who is killed in its midst.
struct ScaleStep: Sendable {
    let name: String
    let tier: Tier
    /// Those that join before the tier is balanced.
    let joins: [Member]
    /// The one that is drained and stopped.
    let leaves: Member?
    /// Instances that share the tier afterwards.
    let instances: Int
    /// nil = nobody: what a handoff costs by itself.
    let victim: HandoffParty?
    /// The step of a handoff in which the party is killed, as `status` names it.
    let phases: Set<String>

    /// Server tier 1 → 3 → 2, rack tier 1 → 2 → 1; each party of a handoff dies once, and one
    /// twice: before and after the owner's word. Then server tier 2 → 3, and everybody lives.
    static let all: [ScaleStep] = [
        ScaleStep(
            name: "server 1 → 3", tier: .server, joins: [.serverB, .serverC], leaves: nil,
            instances: 3, victim: .oldOwner, phases: ["copying", "held", "released"]),
        ScaleStep(
            name: "server 3 → 2", tier: .server, joins: [], leaves: .serverA, instances: 2,
            victim: .newOwner, phases: ["held", "released"]),
        ScaleStep(
            name: "rack 1 → 2", tier: .rack, joins: [.rackB], leaves: nil, instances: 2,
            victim: .broker, phases: ["held", "released"]),
        ScaleStep(
            name: "rack 2 → 1", tier: .rack, joins: [], leaves: .rackA, instances: 1,
            victim: .oldOwner, phases: ["held", "released"]),
        ScaleStep(
            name: "server 2 → 3", tier: .server, joins: [.serverA], leaves: nil, instances: 3,
            victim: nil, phases: []),
    ]
}

/// How one step went.
struct ScaleOutcome: Sendable {
    let step: ScaleStep
    /// Who was killed, and what the shard was doing that made us do it.
    let killed: String
    /// How often a shard changed its owner.
    let moves: Int
    /// The shards of the tier that did, and those that did not.
    let moved: Set<ShardID>
    let others: Set<ShardID>
    let seconds: Double
}
