/// What racks in one trouble have in common: topology first, then reporters, then nothing.
///
/// *Ours* comes before all of it without a rule here: servers in blind shards never become missing,
/// racks leave unheard members out of their quorum, and unheard racks are not judged; so what
/// arrives here was really observed, and a feed that fails while one shard is blind is still found.
package struct DatacenterModel: Equatable, Sendable {
    /// Onsets of racks belong together within this: two intervals of the slowest usual agents.
    package static let massWindow = Milliseconds.minutes(2)
    /// Degradations creep: cooling reaches the racks of a zone one after another.
    package static let creepingWindow = Milliseconds.minutes(15)

    package var racksMin = 3
    /// The share of a label's carriers, and of the racks in trouble, that a ground must explain.
    package var groundShare = 0.8
    /// Reporters of one group across racks: at least so many racks and servers.
    package var reporterRacksMin = 2
    package var reporterServersMin = 3
    /// The share of a rack's servers in service that makes it part of a mass silence without a rack
    /// incident.
    package var silentShare = 0.3

    package init() {}

    /// The window of a family.
    package func window(of family: DatacenterTrouble.Family) -> Milliseconds {
        family == .silence ? DatacenterModel.massWindow : DatacenterModel.creepingWindow
    }

    /// What explains `affected` among `judged` racks; nil when nothing needs an explanation.
    package func explanation(
        of family: DatacenterTrouble.Family, affected: [DatacenterRack],
        judged: [DatacenterRack]
    ) -> DatacenterTrouble? {
        let onsets = affected.compactMap { onset(of: $0, in: family) }
        guard let onset = CorrelationWindow.earliest(of: onsets) else { return nil }
        let whole = affected.filter { $0.burning(family.kind) != nil }
        if !isSplitByReporter(whole),
            let found = topology(of: family, affected: whole, judged: judged, since: onset)
        {
            return found
        }
        guard family == .silence else { return nil }
        if let found = reporter(of: affected, judged: judged, since: onset) { return found }
        let mass = affected.filter { isMassSilent($0) }
        guard mass.count >= racksMin else { return nil }
        return DatacenterTrouble(
            family: .silence, ground: .nothing, cause: .unknown, candidates: [], onset: onset,
            racks: mass.map(\.key))
    }

    /// When the rack's trouble of this family began; nil when it has none.
    package func onset(
        of rack: DatacenterRack, in family: DatacenterTrouble.Family
    ) -> CorrelationOnset? {
        if let incident = rack.burning(family.kind) { return rack.onset(of: incident.number) }
        guard family == .silence, rack.silentServers > 0 else { return nil }
        return rack.silence
    }

    /// Silent as a rack, or more than the share of its servers silent together.
    package func isMassSilent(_ rack: DatacenterRack) -> Bool {
        rack.burning(.rackUnreachable) != nil
            || Double(rack.silentServers) > silentShare * Double(rack.reportingServers)
    }

    // MARK: topology

    private struct Candidate {
        var label: LabelCount
        var hits: [TwinKey]
        var carriers: Int
        var score: Double
    }

    private func topology(
        of family: DatacenterTrouble.Family, affected: [DatacenterRack],
        judged: [DatacenterRack], since onset: CorrelationOnset
    ) -> DatacenterTrouble? {
        guard affected.count >= racksMin else { return nil }
        var found: [Candidate] = []
        for dimension in dimensions(of: family) {
            // A zone shares its air, whatever its rows: the first ground that explains heat is it.
            if family == .cooling, !found.isEmpty { break }
            for label in values(of: dimension, in: affected) {
                let hits = affected.filter { $0.carries(label) }.map(\.key)
                let carriers = judged.count { $0.carries(label) }
                let purity = Double(hits.count) / Double(max(carriers, 1))
                let coverage = Double(hits.count) / Double(affected.count)
                guard hits.count >= racksMin, purity >= purityMin(of: family),
                    coverage >= groundShare
                else { continue }
                found.append(
                    Candidate(
                        label: label, hits: hits, carriers: carriers, score: purity * coverage))
            }
        }
        let best = found.enumerated().min { left, right in
            let (a, b) = (left.element, right.element)
            return a.score != b.score
                ? a.score > b.score : (a.carriers, left.offset) < (b.carriers, right.offset)
        }?.element
        guard let best else { return nil }
        let equals = found.filter { $0.score == best.score && $0.carriers == best.carriers }
        let causes = equals.compactMap { cause(of: $0.label.name) }
        return DatacenterTrouble(
            family: family, ground: .label(name: best.label.name, value: best.label.value),
            cause: causes.count == 1 ? causes.first : nil, candidates: candidates(for: causes),
            onset: onset, racks: best.hits)
    }

    /// The share of a label's carriers that must be in trouble. Heat reaches the racks of a zone
    /// one after another: any three will do as long as it is hot nowhere else.
    private func purityMin(of family: DatacenterTrouble.Family) -> Double {
        switch family {
        case .cooling: 0
        case .silence, .network, .power: groundShare
        }
    }

    private func dimensions(of family: DatacenterTrouble.Family) -> [RackDimension] {
        switch family {
        case .silence: [.feed, .networkSwitch, .row, .zone]
        case .network: [.networkSwitch, .row]
        case .power: [.feed, .row]
        case .cooling: [.zone, .row]
        }
    }

    private func values(of dimension: RackDimension, in racks: [DatacenterRack]) -> [LabelCount] {
        var labels: [LabelCount] = []
        for rack in racks {
            for label in rack.status.labels
            where label.name == dimension.rawValue
                && !labels.contains(where: { $0.value == label.value })
            {
                labels.append(label)
            }
        }
        return labels.sorted { $0.value < $1.value }
    }

    private func cause(of dimension: String) -> IncidentCause? {
        switch RackDimension(rawValue: dimension) {
        case .feed: .powerFeed
        case .networkSwitch: .networkSwitch
        case .row: .row
        case .zone: .coolingZone
        case .model, nil: nil
        }
    }

    /// Base rates a year: a row's PDU 0.1, a cooling zone 0.05, a feed or a switch 0.02.
    private func candidates(for causes: [IncidentCause]) -> [CauseCandidate] {
        let rates = causes.map { cause in
            switch cause {
            case .row: 0.1
            case .coolingZone: 0.05
            default: 0.02
            }
        }
        let sum = rates.reduce(0, +)
        return zip(causes, rates).map {
            CauseCandidate(cause: $0, likelihood: $1 / sum * DatacenterModel.groundLikelihood)
        }.sorted { $0.likelihood > $1.likelihood }
    }

    private static let groundLikelihood = 0.9

    // MARK: reporters

    /// True when the racks' silence follows agents or relays: some group is silent while another
    /// one in the same racks is heard. No feed or switch does that.
    private func isSplitByReporter(_ racks: [DatacenterRack]) -> Bool {
        let servers = racks.reduce(0) { $0 + $1.reportingServers }
        let groups = groups(in: racks)
        return groups.contains { group in
            let others = servers - group.servers
            let othersSilent = racks.reduce(0) { $0 + $1.silentServers } - group.silent
            return isSilent(group)
                && Double(others) >= (1 - groundShare) * Double(group.servers)
                && Double(othersSilent) <= (1 - groundShare) * Double(others)
        }
    }

    /// One agent version or relay across racks that explains the silence.
    private func reporter(
        of affected: [DatacenterRack], judged: [DatacenterRack], since onset: CorrelationOnset
    ) -> DatacenterTrouble? {
        let silent = affected.reduce(0) { $0 + $1.silentServers }
        let servers = judged.reduce(0) { $0 + $1.reportingServers }
        let keys = Set(affected.map(\.key))
        let best = groups(in: judged).first { group in
            // A version that everybody runs tells nothing; a relay for everybody may be down.
            let tells: Bool
            if case .agentVersion = group.ground {
                tells = group.servers < servers
            } else {
                tells = true
            }
            return tells && isSilent(group) && group.racks.count >= reporterRacksMin
                && group.silent >= reporterServersMin
                && Double(group.silent) >= groundShare * Double(silent)
        }
        return best.map { group in
            let cause: IncidentCause =
                if case .relay = group.ground { .collector } else { .agentVersion }
            return DatacenterTrouble(
                family: .silence, ground: group.ground, cause: cause,
                candidates: [
                    CauseCandidate(cause: cause, likelihood: DatacenterModel.groundLikelihood)
                ],
                onset: onset, racks: group.racks.filter { keys.contains($0) })
        }
    }

    /// Servers of one relay or agent version, over racks.
    package struct Group {
        package var ground: DatacenterTrouble.Ground
        package var servers = 0
        package var silent = 0
        /// Racks with silent servers of it.
        package var racks: [TwinKey] = []
    }

    private func isSilent(_ group: Group) -> Bool {
        group.silent >= reporterServersMin
            && Double(group.silent) >= groundShare * Double(group.servers)
    }

    /// Relays first, each sorted by name.
    package func groups(in racks: [DatacenterRack]) -> [Group] {
        var relays: [String: Group] = [:]
        var versions: [String: Group] = [:]
        for rack in racks {
            for count in rack.status.reporters {
                if let name = count.relay {
                    add(
                        count, of: rack.key,
                        to: &relays[name, default: Group(ground: .relay(name))])
                }
                if let name = count.agentVersion {
                    add(
                        count, of: rack.key,
                        to: &versions[name, default: Group(ground: .agentVersion(name))])
                }
            }
        }
        return [relays, versions].flatMap { groups in
            groups.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func add(_ count: ReporterCount, of rack: TwinKey, to group: inout Group) {
        group.servers += count.servers
        group.silent += count.silent
        if count.silent > 0, group.racks.last != rack { group.racks.append(rack) }
    }
}
