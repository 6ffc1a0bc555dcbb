/// The rack as a child: which data center it belongs to and what that one holds.
extension RackTwin {
    /// The data center that most members name; of equals the smaller key; nil without members.
    package var dc: TwinKey? { status?.dc }

    package var presentParent: TwinKey? { status?.dc }

    /// Members that name another data center than their rack's.
    package var strayMembers: [TwinKey] {
        members.filter { $0.status.dc != status?.dc }.map(\.key)
    }

    package var owedParents: [TwinKey] {
        let present = receipted.filter { $0.dc == status?.dc && $0.version != version }
        let former = receipted.filter { $0.dc != status?.dc }
        return (present + former).map(\.dc)
    }

    package func message(for parent: TwinKey) -> ChildMessage<RackStatus> {
        ChildMessage(
            child: key, version: version, status: parent == status?.dc ? status : nil)
    }

    package func isSettled(by receipt: Receipt) -> Bool {
        guard let known = receipted.first(where: { $0.dc == receipt.parent }) else { return true }
        guard known.dc == status?.dc else { return receipt.disposition == .member }
        switch receipt.disposition {
        case .member:
            return (receipt.version != version || known.version == version)
                && receipt.folds.version <= foldsVersion
                && book.incident(.notWatched) == nil
        case .refused:
            return receipt.version != version || known.version == version
        case .notMember:
            return known.version == .none
        case .lacking:
            return known.version != version
        }
    }

    /// Takes a data center's receipt.
    mutating func take(
        _ receipt: Receipt, in context: StepContext, effects: inout StepEffects
    ) {
        guard let index = receipted.firstIndex(where: { $0.dc == receipt.parent }) else { return }
        guard receipted[index].dc == status?.dc else {
            if receipt.disposition != .member { receipted.remove(at: index) }
            return
        }
        let isPresent = receipt.version == version
        switch receipt.disposition {
        case .member:
            if isPresent { receipted[index].version = version }
            book.clear(.notWatched, immediately: true, in: context, effects: &effects)
            guard receipt.folds.version > foldsVersion else { return }
            foldsVersion = receipt.folds.version
            sharedSilences = receipt.folds.silences
            book.apply(receipt.folds, hold: foldHold, in: context, effects: &effects)
        case .refused(let reason):
            if isPresent { receipted[index].version = version }
            book.raise(
                Finding(
                    kind: .notWatched, severity: .warning,
                    summary: "Not watched by dc/\(receipt.parent): \(reason).",
                    since: context.wall),
                in: context, effects: &effects)
        case .notMember, .lacking:
            receipted[index].version = .none
        }
    }

    /// How long an unfolded incident waits before it pages after all.
    var foldHold: Milliseconds {
        let wanted = 2 * usualInterval + Limits.foldHoldExtra
        return min(max(wanted, Limits.foldHoldMin), Limits.foldHoldMax)
    }

    /// The median interval of the members.
    package var usualInterval: Milliseconds {
        let intervals = members.map(\.status.interval).sorted()
        return intervals.isEmpty ? Limits.intervalDefault : intervals[intervals.count / 2]
    }

    /// The data center that the members name now; stays while too many former ones are owed.
    var namedDatacenter: TwinKey? {
        var counts: [(dc: TwinKey, servers: Int)] = []
        // Each where it lies: a member that is held is copied with its incidents and folds.
        let members = members.span
        for place in members.indices {
            let dc = members[place].status.dc
            if let index = counts.firstIndex(where: { $0.dc == dc }) {
                counts[index].servers += 1
            } else {
                counts.append((dc, 1))
            }
        }
        let named = counts.min { ($1.servers, $0.dc) < ($0.servers, $1.dc) }?.dc
        guard let named, receipted.count > Limits.formerRacksMax,
            !receipted.contains(where: { $0.dc == named })
        else { return named }
        return status?.dc
    }

    /// Notes a change of data center: the new one is owed, the old one's folds are dropped.
    mutating func settleDatacenter(in context: StepContext, effects: inout StepEffects) {
        let dc = namedDatacenter
        guard dc != status?.dc else { return }
        foldsVersion = .none
        sharedSilences = []
        book.apply(nil, hold: foldHold, in: context, effects: &effects)
        guard let dc, !receipted.contains(where: { $0.dc == dc }) else { return }
        let index = receipted.firstIndex { dc < $0.dc } ?? receipted.count
        receipted.insert(RackReceipted(dc: dc, version: .none), at: index)
    }
}
