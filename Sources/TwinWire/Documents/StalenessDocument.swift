package import TwinCore

/// Which part of a data center's picture is old: its answers say so from the cluster's
/// `--stale-after` on.
package struct StalenessDocument: Codable, Equatable, Sendable {
    /// Shards of one owner that nobody hears.
    package struct Silence: Codable, Equatable, Sendable {
        package var tier: Tier
        /// The owner; null when nobody has them.
        @Null package var instance: String?
        /// Since when the first of them is silent.
        package var since: RFC3339
        /// Ascending; of the rack tier only those that hold racks of this data center.
        package var shards: [UInt16]
        /// Racks of this data center in them; null for the server tier.
        @Null package var racks: Int?

        package init(
            tier: Tier, instance: String?, since: RFC3339, shards: [UInt16], racks: Int? = nil
        ) {
            self.tier = tier
            self.instance = instance
            self.since = since
            self.shards = shards
            self.racks = racks
        }
    }

    /// The data center's.
    package var address: String
    /// Since when something of it is old; null when only lists of racks are still to come.
    @Null package var since: RFC3339?
    /// Racks whose own shards are not heard.
    package var racks: Int
    package var racksTotal: Int
    /// Oldest first.
    package var silent: [Silence]
    /// Rack shards that have yet to tell which racks they have.
    package var unansweredShards: Int

    package init(
        address: String, since: RFC3339?, racks: Int, racksTotal: Int, silent: [Silence],
        unansweredShards: Int = 0
    ) {
        self.address = address
        self.since = since
        self.racks = racks
        self.racksTotal = racksTotal
        self.silent = silent
        self.unansweredShards = unansweredShards
    }
}

extension StalenessDocument {
    /// What the twin says of its picture; nil while it is of now. The placement names the owners.
    package init?(_ twin: DatacenterTwin, placement: Placement?) {
        guard let picture = twin.stalePicture else { return nil }
        var silent: [Silence] = []
        for silence in picture.silences {
            for index in silence.shards.indices {
                let owner = placement?[ShardID(tier: silence.tier, index: index)]?.instance.text
                if let place = silent.firstIndex(where: {
                    $0.tier == silence.tier && $0.instance == owner
                }) {
                    silent[place].shards.append(index)
                } else {
                    silent.append(
                        Silence(
                            tier: silence.tier, instance: owner,
                            since: RFC3339(silence.sinceWall), shards: [index]))
                }
            }
        }
        for place in silent.indices {
            silent[place].shards.sort()
            guard silent[place].tier == .rack else { continue }
            silent[place].racks = twin.rackCount(in: ShardSet(silent[place].shards))
        }
        self.init(
            address: twin.book.address.description, since: silent.map(\.since).min(),
            racks: silent.reduce(0) { $0 + ($1.racks ?? 0) }, racksTotal: twin.racks.count,
            silent: silent, unansweredShards: picture.unansweredShards)
    }
}
