/// The rack's verdict and the status its data center is told.
extension RackTwin {
    /// Draws the verdict and the status from what the step has changed.
    mutating func conclude(in context: StepContext, effects: inout StepEffects) {
        let voters = RackVoters(of: self, at: context.elapsed)
        judgeVerdict(by: voters, in: context, effects: &effects)
        let labels = labelCounts
        book.location.dc = namedDatacenter?.description
        book.location.row = labels.first { $0.name == "row" }?.value
        book.labels = topLabels(of: labels)
        let next = namedDatacenter.map { dc in
            RackStatus(
                dc: dc, verdict: verdict, verdictSince: verdictSince,
                unknownReason: unknownReason, counts: counts(by: voters), labels: labels,
                silentSince: silentSince(by: voters), reporters: reporters(by: voters),
                incidents: book.incidents.filter { $0.phase != .pending || $0.isBurning }
                    .map(brief), isInMaintenance: book.isInMaintenance,
                foldsVersion: foldsVersion)
        }
        guard next != status else { return }
        status = next
        version = context.version
    }

    // MARK: verdict

    /// Unhealthy while a rack incident of at least error is open; incidents of single servers
    /// never tip it. It wins over unknown: no data never means resolved.
    private mutating func judgeVerdict(
        by voters: RackVoters, in context: StepContext, effects: inout StepEffects
    ) {
        let isUnhealthy = book.opened.contains { $0.severity >= .error }
        unknownReason = isUnhealthy ? nil : reasonToDoubt(by: voters, in: context)
        let next: Verdict =
            isUnhealthy ? .unhealthy : unknownReason == nil ? .healthy : .unknown
        guard next != verdict else { return }
        verdict = next
        verdictSince = context.wall
        effects.alerts.append(
            AlertDraft(
                address: book.address, at: context.wall, change: .verdict, pages: false,
                verdict: next))
    }

    /// Why the rack cannot be judged; nil when it can.
    private func reasonToDoubt(by voters: RackVoters, in context: StepContext) -> String? {
        let unanswered = context.unansweredChildShards
        guard unanswered == 0 else {
            return "\(unanswered) of \(context.childShardCount) server shards have not told yet "
                + "which servers they have"
        }
        return voters.hasQuorum ? nil : reason(for: voters)
    }

    private func reason(for voters: RackVoters) -> String {
        guard !members.isEmpty else { return "no members" }
        guard voters.expectedCount > 0 else {
            let awaiting = members.count { $0.status.condition == .awaiting }
            let resting = members.count { $0.status.isInMaintenance }
            return "none of \(members.count) members can be expected: \(awaiting) never "
                + "reported, \(resting) in maintenance, the rest gone one by one"
        }
        let joining = voters.expectedCount - voters.judged.count - voters.unheardCount
        return "\(voters.judged.count) of \(voters.expectedCount) expected members can be "
            + "judged: \(voters.unheardCount) in shards that nobody hears, \(joining) just joined"
    }

    // MARK: parts of the status

    private func counts(by voters: RackVoters) -> RackCounts {
        var counts = RackCounts()
        counts.servers = members.count
        counts.expected = voters.expectedCount
        counts.judged = voters.judged.count
        let members = members.span
        for place in members.indices {
            if members[place].status.isInMaintenance {
                counts.maintenance += 1
            } else if members[place].status.condition.isSilent {
                counts.missing += 1
            }
            if members[place].status.isFailing { counts.failing += 1 }
        }
        return counts
    }

    /// The members whose silence began together: the present mass silence. It lasts until they
    /// return, however long; servers gone one by one are none, unless something explains them.
    private func silent(by voters: RackVoters) -> [Int] {
        let silent = voters.present.filter { members[$0].silence != nil }
        let shared = silent.filter { members[$0].outage != nil }
        guard shared.isEmpty else { return shared }
        let window = RackSignatureModel.silenceIntervals * voters.interval
        let group = CorrelationWindow.largestGroup(
            of: silent.compactMap { members[$0].silence }, within: window
        ).map { silent[$0] }
        let isMass = group.count >= RackTwin.model.table.silence.minimum
        return isMass
            ? group
            : group.filter {
                members[$0].status.condition != .gone || !members[$0].folds.entries.isEmpty
            }
    }

    private func silentSince(by voters: RackVoters) -> Timestamp? {
        silent(by: voters).compactMap { members[$0].silence?.wall }.min()
    }

    /// Members in service by agent version and relay, most first; the smallest groups are summed up
    /// without names when there are too many.
    private func reporters(by voters: RackVoters) -> [ReporterCount] {
        let silent = silent(by: voters)
        var counts: [ReporterCount] = []
        for index in voters.present {
            let status = members[index].status
            let found = counts.firstIndex {
                $0.agentVersion == status.agentVersion && $0.relay == status.relay
            }
            let slot = found ?? counts.count
            if found == nil {
                counts.append(
                    ReporterCount(
                        agentVersion: status.agentVersion, relay: status.relay, servers: 0,
                        silent: 0))
            }
            counts[slot].servers += 1
            if silent.contains(index) { counts[slot].silent += 1 }
        }
        counts.sort { left, right in
            if left.servers != right.servers { return left.servers > right.servers }
            let leftName = left.agentVersion ?? ""
            let rightName = right.agentVersion ?? ""
            if leftName != rightName { return leftName < rightName }
            return left.relay ?? "" < right.relay ?? ""
        }
        guard counts.count > Limits.labelValuesPerRackMax else { return counts }
        let kept = counts.prefix(Limits.labelValuesPerRackMax - 1)
        let rest = counts.dropFirst(kept.count).reduce(
            into: ReporterCount(agentVersion: nil, relay: nil, servers: 0, silent: 0)
        ) { sum, count in
            sum.servers += count.servers
            sum.silent += count.silent
        }
        return kept + [rest]
    }

    /// The topology labels of the members, at most 8 values a dimension, most first.
    private var labelCounts: [LabelCount] {
        RackDimension.allCases.flatMap { dimension in
            var counts: [LabelCount] = []
            let members = members.span
            for place in members.indices {
                guard let value = dimension.value(in: members[place].status.topology) else {
                    continue
                }
                if let index = counts.firstIndex(where: { $0.value == value }) {
                    counts[index].servers += 1
                } else {
                    counts.append(
                        LabelCount(name: dimension.rawValue, value: value, servers: 1))
                }
            }
            counts.sort { ($1.servers, $0.value) < ($0.servers, $1.value) }
            return counts.prefix(Limits.labelValuesPerRackMax)
        }
    }

    private func topLabels(of counts: [LabelCount]) -> [TwinLabel] {
        RackDimension.allCases.compactMap { dimension in
            counts.first { $0.name == dimension.rawValue }
                .map { TwinLabel(name: $0.name, value: $0.value) }
        }.sorted { $0.name < $1.name }
    }

    private func brief(_ incident: Incident) -> RackIncidentBrief {
        RackIncidentBrief(
            number: incident.number, kind: incident.kind, severity: incident.severity,
            phase: incident.phase, since: incident.since, cause: incident.cause,
            candidates: incident.candidates, summary: incident.summary,
            serversAffected: incident.extent.serversAffected,
            serversTotal: incident.extent.serversTotal, mutes: book.mutes(of: incident))
    }
}

/// The topology labels that racks count and data centers correlate by; the order is the order in
/// which equally good explanations are named.
package enum RackDimension: String, CaseIterable, Sendable {
    case feed
    case networkSwitch = "switch"
    case row, zone, model

    func value(in topology: Topology) -> String? {
        switch self {
        case .feed: topology.feed
        case .networkSwitch: topology.networkSwitch
        case .row: topology.row
        case .zone: topology.zone
        case .model: topology.model
        }
    }
}
