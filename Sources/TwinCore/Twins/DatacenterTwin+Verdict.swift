/// The answer to *is it healthy, and if not, where*.
extension DatacenterTwin {
    /// More than one in so many servers in unknown racks makes the data center unknown: 5 %.
    private static let unknownParts = 20

    /// Unhealthy while a rack is unhealthy or a data-center incident is open; else unknown without
    /// racks, while rack shards have not told which racks they have, or with more than 5 % of the
    /// servers in unknown racks; else healthy. Racks in maintenance are left out and counted apart.
    mutating func judgeVerdict(in context: StepContext, effects: inout StepEffects) {
        counts = DatacenterCounts(of: racks)
        let next: Verdict
        if counts.unhealthy > 0 || !book.opened.isEmpty {
            next = .unhealthy
        } else if racks.isEmpty || unansweredShards != nil
            || counts.serversUnknown * DatacenterTwin.unknownParts > counts.serversInService
        {
            next = .unknown
        } else {
            next = .healthy
        }
        guard next != verdict else { return }
        verdict = next
        verdictSince = context.wall
        effects.alerts.append(
            AlertDraft(
                address: book.address, at: context.wall, change: .verdict, pages: false,
                verdict: next))
    }

    package var isHealthy: Bool { verdict == .healthy }

    /// True when the picture is not of now: see `stalePicture`.
    package var isStale: Bool { stalePicture != nil }

    /// What of the picture is old: shards that have been silent for the cluster's `staleAfter`, and
    /// rack shards that have yet to tell which racks they have; nil while all of it is of now.
    package var stalePicture: DatacenterStalePicture? {
        let held = ShardSet(racks.map(\.shard))
        let silences = staleness.silences.filter(\.isStale).compactMap { silence in
            guard silence.tier == .rack else { return silence }
            // Shards without racks of ours hold nothing that could be old.
            var ours = silence
            ours.shards = silence.shards.intersection(held)
            return ours.shards.isEmpty ? nil : ours
        }
        guard !silences.isEmpty || unansweredShards != nil else { return nil }
        return DatacenterStalePicture(
            silences: silences, unansweredShards: unansweredShards ?? 0)
    }

    /// How many racks lie in these shards of their tier.
    package func rackCount(in shards: ShardSet) -> Int {
        racks.reduce(0) { $0 + (shards.contains($1.shard) ? 1 : 0) }
    }

    /// Racks that are unhealthy now, by key; in maintenance left out. A rack stays in the list
    /// while nobody hears it: no data never means resolved.
    package var unhealthyRacks: [DatacenterUnhealthyRack] {
        racks.compactMap { rack in
            guard rack.effectiveVerdict == .unhealthy, !rack.status.isInMaintenance,
                let worst = rack.worstIncident
            else { return nil }
            return DatacenterUnhealthyRack(
                key: rack.key, since: rack.status.verdictSince,
                incident: IncidentID(
                    address: TwinAddress(tier: .rack, key: rack.key), number: worst.number),
                brief: worst)
        }
    }

    /// Racks whose state nobody knows, by key; in maintenance left out.
    package var unknownRacks: [DatacenterUnknownRack] {
        racks.compactMap { rack in
            guard rack.effectiveVerdict == .unknown, !rack.status.isInMaintenance else {
                return nil
            }
            let reason = rack.isHeard ? rack.status.unknownReason : nil
            return DatacenterUnknownRack(
                key: rack.key, since: rack.status.verdictSince,
                reason: reason ?? "nobody hears the rack's shard \(rack.shard)",
                serversInService: rack.serversInService)
        }
    }
}

extension DatacenterRack {
    /// The rack's own verdict, but *unknown* instead of *healthy* while nobody hears it.
    package var effectiveVerdict: Verdict {
        isHeard || status.verdict == .unhealthy ? status.verdict : .unknown
    }

    /// Servers that are not in maintenance of their own.
    package var serversInService: Int { status.counts.servers - status.counts.maintenance }

    /// The incident behind an unhealthy verdict: the most severe, then the oldest.
    package var worstIncident: RackIncidentBrief? {
        status.incidents.filter { $0.phase != .pending }.min {
            ($1.severity, $0.number) < ($0.severity, $1.number)
        }
    }
}

/// The racks and servers of a data center by how they count.
package struct DatacenterCounts: Equatable, Sendable, Codable {
    package var racks = 0
    package var unhealthy = 0
    package var unknown = 0
    /// Racks in maintenance; in none of the two above.
    package var maintenance = 0
    package var servers = 0
    package var missing = 0
    /// Servers that are in maintenance neither themselves nor through their rack.
    package var serversInService = 0
    /// Of those the ones in unknown racks.
    package var serversUnknown = 0

    package init() {}

    init(of racks: [DatacenterRack]) {
        self.racks = racks.count
        let racks = racks.span
        for index in racks.indices {
            let own = racks[index].status.counts
            servers += own.servers
            missing += own.missing
            guard !racks[index].status.isInMaintenance else {
                maintenance += 1
                continue
            }
            serversInService += own.servers - own.maintenance
            switch racks[index].effectiveVerdict {
            case .unhealthy: unhealthy += 1
            case .unknown:
                unknown += 1
                serversUnknown += own.servers - own.maintenance
            case .healthy: break
            }
        }
    }
}

/// One line of `unhealthy-racks`.
package struct DatacenterUnhealthyRack: Equatable, Sendable {
    package let key: TwinKey
    package let since: Timestamp
    package let incident: IncidentID
    /// Severity, cause, candidates, summary, extent and mutes of the worst incident.
    package let brief: RackIncidentBrief
}

/// One rack that cannot be judged, and why.
package struct DatacenterUnknownRack: Equatable, Sendable {
    package let key: TwinKey
    package let since: Timestamp
    package let reason: String
    package let serversInService: Int
}

/// What of a data center's picture is old; only ever of something.
package struct DatacenterStalePicture: Equatable, Sendable {
    /// Stale ones, oldest first; of the rack tier only shards that hold racks of this data center.
    package let silences: [DatacenterStaleness.Silence]
    /// Rack shards that have yet to tell which racks they have.
    package let unansweredShards: Int
}
