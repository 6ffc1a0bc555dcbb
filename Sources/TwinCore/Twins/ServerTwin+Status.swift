/// What the racks are told, under which version, and what they answer.
extension ServerTwin: ChildTwin {
    package static func input(for receipt: Receipt) -> Input { .receipt(receipt) }

    package var presentParent: TwinKey? { commission?.rack }

    /// The present rack unless it holds or has refused this version, then the former ones.
    package var owedParents: [TwinKey] {
        guard let rack = commission?.rack, receipted != version, !isRefused else {
            return formerRacks
        }
        return [rack] + formerRacks
    }

    package func message(for parent: TwinKey) -> ChildMessage<ServerStatus> {
        ChildMessage(
            child: key, version: version, status: parent == commission?.rack ? status : nil)
    }

    /// The whole present status; nil when out of watch.
    package var status: ServerStatus? {
        guard let commission else { return nil }
        return ServerStatus(
            generation: generation, dc: commission.dc,
            topology: Topology(labels: commission.labels), agentVersion: profile.agentVersion,
            relay: profile.relay, interval: interval, condition: condition,
            conditionSince: conditionSince, isInMaintenance: isInOwnMaintenance,
            continuity: continuity, incidents: book.briefs, digest: digest,
            foldsVersion: foldsVersion)
    }

    /// Inherited maintenance is the rack's own knowledge; only the server's leaves the quorum.
    private var isInOwnMaintenance: Bool { book.activeMaintenance?.address == book.address }

    // MARK: versions

    /// Everything of a status but the digest: a difference raises the version.
    struct Told: Equatable {
        let generation: UInt64
        let isCommissioned: Bool
        let profile: ReporterProfile
        let condition: ServerCondition
        let conditionSince: Timestamp
        let isInMaintenance: Bool
        let continuity: Continuity
        let incidents: [IncidentBrief]
        let foldsVersion: Version
    }

    var told: Told {
        Told(
            generation: generation, isCommissioned: commission != nil, profile: profile,
            condition: condition, conditionSince: conditionSince,
            isInMaintenance: isInOwnMaintenance, continuity: continuity, incidents: book.briefs,
            foldsVersion: foldsVersion)
    }

    /// Ends a step: raises the version exactly when what the rack sees has changed.
    mutating func tell(since before: Told, in context: StepContext) {
        let present = presentCondition
        if present != condition {
            condition = present
            conditionSince = present.isSilent ? silentSince(in: context) : context.wall
        }
        guard told != before else { return }
        version = context.version
        // A rack that refused the server is asked again whenever there is news.
        isRefused = false
        digest = presentDigest
        digestAt = context.elapsed
    }

    /// When the present silence began: with the last report, whenever it was noticed. Servers that
    /// fell silent together are noticed apart when one of their owners could not see meanwhile.
    private func silentSince(in context: StepContext) -> Timestamp {
        window.newest.map { min($0, context.wall) } ?? context.wall
    }

    /// A change of the digest alone raises the version at most every 30 s.
    mutating func tellDigest(in context: StepContext) {
        guard context.elapsed - digestAt >= Limits.digestVersionInterval else { return }
        digestAt = context.elapsed
        let present = presentDigest
        guard present != digest else { return }
        digest = present
        version = context.version
    }

    private var presentDigest: Digest {
        var digest = Digest()
        for measure in Digest.Measure.allCases {
            guard let column = metricSet.column(of: measure) else { continue }
            let value = latest.values[column]
            digest.set(measure, to: value.isNaN ? nil : Double(value))
        }
        return digest
    }

    private var presentCondition: ServerCondition {
        switch presence {
        case .awaiting: return .awaiting
        case .late: return .late
        case .missing: return .missing
        case .gone: return .gone
        case .heard:
            let worst = book.incidents.filter { $0.phase != .pending }.map(\.severity).max()
            guard let worst, worst >= .warning else { return .healthy }
            return worst >= .error ? .failing : .degraded
        }
    }

    // MARK: receipts

    package func isSettled(by receipt: Receipt) -> Bool {
        guard receipt.parent == commission?.rack else {
            let isFormer = formerRacks.contains(receipt.parent)
            switch receipt.disposition {
            case .member: return isFormer || formerRacks.count >= Limits.formerRacksMax
            case .notMember, .refused: return !isFormer
            case .lacking: return true
            }
        }
        switch receipt.disposition {
        case .member:
            let isHeld = receipt.version != version || (receipted == version && !isRefused)
            return isHeld && receipt.folds.version <= foldsVersion
        case .notMember: return true
        case .lacking: return receipted != version && !isRefused
        case .refused: return receipt.version != version || (receipted == version && isRefused)
        }
    }

    mutating func take(
        _ receipt: Receipt, in context: StepContext, effects: inout StepEffects
    ) {
        guard !isSettled(by: receipt) else { return }
        guard receipt.parent == commission?.rack else {
            switch receipt.disposition {
            // A rack that still lists it, after an old status overtook the leaving: told again.
            case .member: formerRacks.append(receipt.parent)
            case .notMember, .refused: formerRacks.removeAll { $0 == receipt.parent }
            case .lacking: break
            }
            return
        }
        if receipt.version == version { receipted = version }
        switch receipt.disposition {
        case .notMember: break
        case .lacking:
            receipted = .none
            isRefused = false
        case .refused(let reason):
            isRefused = true
            book.raise(
                Finding(
                    kind: .notWatched, severity: .warning,
                    summary: "rack/\(receipt.parent) does not take it: \(reason)",
                    since: context.wall),
                in: context, effects: &effects)
        case .member:
            if receipt.version == version {
                isRefused = false
                book.statusReceipted(hold: foldHold, in: context)
                book.clear(
                    .notWatched, immediately: true, summary: "The rack watches it.",
                    in: context, effects: &effects)
            }
            guard receipt.folds.version > foldsVersion else { return }
            foldsVersion = receipt.folds.version
            book.apply(receipt.folds, hold: releaseHold, in: context, effects: &effects)
        }
    }
}
