package import TwinCore

/// The answer to `GetPlacement`: who owns which shard, for clients that group by owner.
///
/// `placement` holds each tier's owners as runs of neighbouring shards.
package struct PlacementDocument: AnswerDocument {
    package struct Instance: Codable, Equatable, Sendable {
        package var name: String
        package var tier: Tier
        package var state: StatusDocument.Process.State

        package init(name: String, tier: Tier, state: StatusDocument.Process.State) {
            self.name = name
            self.tier = tier
            self.state = state
        }
    }

    package var version: Int = DocumentFormat.version
    package var clusterId: String
    package var `protocol`: Int
    package var placement: Placement
    /// Every registered instance, also those that own nothing, by name.
    package var instances: [Instance]

    package init(
        clusterId: String, `protocol`: Int, placement: Placement, instances: [Instance]
    ) {
        self.clusterId = clusterId
        self.protocol = `protocol`
        self.placement = placement
        self.instances = instances
    }
}
