/// Whether we are listening, and what the racks share.
extension DatacenterTwin {
    /// A shared incident resolves after this time without trouble.
    private static let clearDelay = Milliseconds.seconds(30)
    /// How long a shared incident waits for further racks before it opens.
    private static let hold = Limits.foldHoldMin
    /// How long everything must be heard before `observation-lost` resolves.
    private static let observationClearDelay = Milliseconds.minutes(1)

    // MARK: ours

    /// `observation-lost` is one incident: 30 s on end, or 2 of the last 10 minutes in sum.
    mutating func judgeObservation(in context: StepContext, effects: inout StepEffects) {
        let isLost = observation.isLost(at: context.elapsed)
        modelDue = observation.nextDue(after: context.elapsed)
        let active = book.incident(.observationLost)
        if let since = observation.lostSince, isLost || active != nil {
            let lost = context.elapsed - since
            book.raise(
                Finding(
                    kind: .observationLost, severity: .critical,
                    summary: "Observation lost: \(observation.report.phrase) are not heard. "
                        + "Silence there is ours, not the servers'.",
                    cause: .observation,
                    evidence: [
                        Evidence(
                            metric: "observation.lost", value: lost.seconds, unit: "s",
                            limit: Limits.observationLostAfter.seconds)
                    ],
                    since: Timestamp(
                        milliseconds: context.wall.milliseconds - lost.rawValue),
                    clearDelay: DatacenterTwin.observationClearDelay),
                in: context, effects: &effects)
        } else if active != nil {
            book.clear(
                .observationLost, summary: "Everything is heard again.", in: context,
                effects: &effects)
        }
    }

    // MARK: shared troubles

    mutating func judgeTroubles(in context: StepContext, effects: inout StepEffects) {
        forgetResolved()
        // Of half a picture every part looks like the whole: a few silent racks like all.
        guard unansweredShards == nil else { return }
        let restless = racks.indices.filter { racks[$0].isRestless }
        for family in DatacenterTrouble.Family.allCases {
            let affected = restless.filter {
                racks[$0].isJudged && DatacenterTwin.model.onset(of: racks[$0], in: family) != nil
            }
            let unclaimed = extend(family, by: affected)
            guard unclaimed.count >= DatacenterTwin.model.reporterRacksMin else { continue }
            explain(
                family, unclaimed: unclaimed.map { racks[$0] }, judged: racks.filter(\.isJudged),
                in: context, effects: &effects)
        }
        for trouble in troubles { tell(trouble, in: context, effects: &effects) }
    }

    /// Racks that fit an open trouble join it; returns the rest with those of pending ones, whose
    /// explanation may still change.
    /// - Parameter affected: places of racks, ascending; so is what is returned.
    private mutating func extend(
        _ family: DatacenterTrouble.Family, by affected: [Int]
    ) -> [Int] {
        let open = troubles.indices.filter {
            troubles[$0].family == family && phase(of: troubles[$0]) != .pending
        }
        guard !open.isEmpty else { return affected }
        let window = DatacenterTwin.model.window(of: family)
        var members = open.map { KeyWalk(troubles[$0].racks) }
        var joining = open.map { _ in [TwinKey]() }
        var rest: [Int] = []
        for index in affected {
            guard let onset = DatacenterTwin.model.onset(of: racks[index], in: family) else {
                continue
            }
            var isMember = false
            let fitting = open.indices.first { place in
                isMember = members[place].contains(racks[index].key)
                let trouble = troubles[open[place]]
                return isMember
                    || (trouble.fits(racks[index]) && onset.isWithin(window, of: trouble.onset))
            }
            if let fitting {
                if !isMember { joining[fitting].append(racks[index].key) }
            } else {
                rest.append(index)
            }
        }
        for (place, keys) in zip(open, joining) where !keys.isEmpty {
            troubles[place].racks = (troubles[place].racks + keys).sorted()
        }
        return rest
    }

    /// Finds what the unclaimed racks share; a pending trouble with a worse explanation is
    /// replaced before anybody heard of it.
    private mutating func explain(
        _ family: DatacenterTrouble.Family, unclaimed: [DatacenterRack],
        judged: [DatacenterRack], in context: StepContext, effects: inout StepEffects
    ) {
        let model = DatacenterTwin.model
        let onsets = unclaimed.compactMap { model.onset(of: $0, in: family) }
        let group = CorrelationWindow.largestGroup(of: onsets, within: model.window(of: family))
        guard
            let found = model.explanation(
                of: family, affected: group.map { unclaimed[$0] }, judged: judged)
        else { return }
        for old in troubles where old.family == family && phase(of: old) == .pending {
            guard old.kind != found.kind || old.subject != found.subject else { continue }
            book.clear(
                old.kind, subject: old.subject, immediately: true, in: context, effects: &effects)
        }
        forgetResolved()
        if let same = troubles.firstIndex(where: {
            $0.kind == found.kind && $0.subject == found.subject
        }) {
            troubles[same].join(found, replacing: phase(of: troubles[same]) == .pending)
        } else {
            troubles.append(found)
        }
    }

    private mutating func forgetResolved() {
        let living = troubles.filter { phase(of: $0) != nil }
        troubles = living
    }

    private func phase(of trouble: DatacenterTrouble) -> Incident.Phase? {
        book.incident(trouble.kind, subject: trouble.subject)?.phase
    }

    private mutating func tell(
        _ trouble: DatacenterTrouble, in context: StepContext, effects: inout StepEffects
    ) {
        var members = KeyWalk(trouble.racks)
        let parts = racks.indices.filter { members.contains(racks[$0].key) }
        let ill = parts.filter { isIll(racks[$0], of: trouble) }
        guard !ill.isEmpty, isHalfLeft(of: trouble, in: parts, ill: ill.count) else {
            book.clear(
                trouble.kind, subject: trouble.subject,
                summary: "\(parts.count - ill.count) of \(parts.count) racks are well again.",
                in: context, effects: &effects)
            return
        }
        let servers = ill.reduce(0) { $0 + serversAffected(in: racks[$1], by: trouble) }
        book.raise(
            Finding(
                kind: trouble.kind, subject: trouble.subject, severity: trouble.severity,
                summary: summary(of: trouble, racks: ill.count, servers: servers),
                cause: trouble.cause,
                candidates: trouble.candidates,
                evidence: [
                    Evidence(
                        metric: "racks.affected", value: Double(ill.count), unit: "racks",
                        limit: Double(DatacenterTwin.model.racksMin))
                ],
                extent: IncidentExtent(
                    children: parts.count, racksAffected: ill.count, serversAffected: servers,
                    serversTotal: counts.servers),
                since: trouble.onset.wall, hold: DatacenterTwin.hold,
                clearDelay: DatacenterTwin.clearDelay),
            in: context, effects: &effects)
    }

    /// A trouble lasts while half of its racks are ill; that of a reporter while half of its
    /// servers are silent: a rack with one server of it says little.
    private func isHalfLeft(of trouble: DatacenterTrouble, in parts: [Int], ill: Int) -> Bool {
        guard trouble.family == .silence, trouble.ground.isReporter else {
            return ill * 2 >= parts.count
        }
        return parts.reduce(into: ReporterShare()) {
            $0.add(racks[$1].reporters(of: trouble.ground))
        }.isHalfSilent
    }

    /// Whether the rack still has its part of the trouble. An unheard rack keeps its last state.
    func isIll(_ rack: DatacenterRack, of trouble: DatacenterTrouble) -> Bool {
        guard trouble.family == .silence else { return rack.burning(trouble.family.kind) != nil }
        return trouble.ground.isReporter
            ? rack.reporters(of: trouble.ground).isHalfSilent
            : DatacenterTwin.model.isMassSilent(rack)
    }

    private func serversAffected(in rack: DatacenterRack, by trouble: DatacenterTrouble) -> Int {
        let incident = rack.burning(trouble.family.kind)?.serversAffected ?? 0
        return trouble.family == .silence ? max(incident, rack.silentServers) : incident
    }

    private func summary(
        of trouble: DatacenterTrouble, racks: Int, servers: Int
    ) -> String {
        let state = trouble.family == .silence ? "silent" : "degraded (\(trouble.family.rawValue))"
        let extent = "\(racks) racks with \(servers) servers \(state)"
        switch trouble.ground {
        case .label(let name, let value):
            return "\(extent); they share \(name) \(value)."
        case .relay(let name):
            return "\(extent); they report through relay \(name)."
        case .agentVersion(let name):
            return "\(extent); they run agent \(name)."
        case .nothing:
            return "\(extent) at once, with nothing in common."
        }
    }
}

extension DatacenterTrouble {
    /// Whether a rack that falls ill now may be part of this trouble.
    package func fits(_ rack: DatacenterRack) -> Bool {
        switch ground {
        case .label(let name, let value):
            rack.carries(LabelCount(name: name, value: value, servers: 0))
        case .relay(let name): rack.status.reporters.contains { $0.relay == name && $0.silent > 0 }
        case .agentVersion(let name):
            rack.status.reporters.contains { $0.agentVersion == name && $0.silent > 0 }
        case .nothing: DatacenterTwin.model.isMassSilent(rack)
        }
    }
}

/// Servers behind one relay or of one agent version, and how many of them are silent.
private struct ReporterShare {
    var servers = 0
    var silent = 0

    /// False of nobody.
    var isHalfSilent: Bool { servers > 0 && silent * 2 >= servers }

    mutating func add(_ other: ReporterShare) {
        servers += other.servers
        silent += other.silent
    }
}

extension DatacenterTrouble.Ground {
    /// Whether it is who reports, and not where racks stand.
    fileprivate var isReporter: Bool {
        switch self {
        case .relay, .agentVersion: true
        case .label, .nothing: false
        }
    }
}

extension DatacenterRack {
    /// The rack's servers that report by `ground`; none when it is no reporter.
    fileprivate func reporters(of ground: DatacenterTrouble.Ground) -> ReporterShare {
        var share = ReporterShare()
        for count in status.reporters {
            let isMine =
                switch ground {
                case .relay(let name): count.relay == name
                case .agentVersion(let name): count.agentVersion == name
                case .label, .nothing: false
                }
            if isMine { share.add(ReporterShare(servers: count.servers, silent: count.silent)) }
        }
        return share
    }
}
