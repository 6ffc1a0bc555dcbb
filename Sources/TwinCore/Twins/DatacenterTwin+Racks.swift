/// The data center as a parent: which racks it holds, and what each is told.
extension DatacenterTwin {
    package func isNews(_ message: ChildMessage<RackStatus>) -> Bool {
        if let rack = rack(message.child) { return message.version > rack.version }
        guard let stranger = strangers[message.child] else { return true }
        let hasRoom = racks.count < Limits.racksPerDatacenterMax
        if stranger.isRefused, hasRoom, message.status != nil { return true }
        return message.version > stranger.version
    }

    package func lacks(_ child: TwinKey, at version: Version) -> Bool {
        if let rack = rack(child) { return version > rack.version }
        guard let stranger = strangers[child] else { return true }
        return version > stranger.version
            || (stranger.isRefused && racks.count < Limits.racksPerDatacenterMax)
    }

    package func forEachChild(_ visit: (TwinKey, UInt16, Version) -> Void) {
        for index in racks.indices {
            visit(racks[index].key, racks[index].shard, racks[index].version)
        }
    }

    package func receipt(for child: TwinKey) -> Receipt {
        if let rack = rack(child) {
            return Receipt(
                parent: key, version: rack.version, disposition: .member, folds: rack.folds)
        }
        let stranger = strangers[child]
        return Receipt(
            parent: key, version: stranger?.version ?? .none,
            disposition: stranger?.isRefused == true
                ? .refused(reason: fullReason) : .notMember,
            folds: FoldSet())
    }

    package var owedChildren: [TwinKey] {
        // By place: a rack that is taken out to be looked at costs a dozen reference counts.
        var owed: [TwinKey] = []
        for index in racks.indices
        where racks[index].status.foldsVersion != racks[index].folds.version {
            owed.append(racks[index].key)
        }
        return owed
    }

    /// The rack of this key; nil when it is none of ours. O(log racks).
    package func rack(_ child: TwinKey) -> DatacenterRack? {
        let index = position(of: child)
        return index < racks.count && racks[index].key == child ? racks[index] : nil
    }

    private var fullReason: String {
        "dc/\(key): wanted at most \(Limits.racksPerDatacenterMax) racks, this would be one more"
    }

    /// Takes a rack's word; true when an incident that this data center folds got worse.
    mutating func take(_ message: ChildMessage<RackStatus>, in context: StepContext) -> Bool {
        guard isNews(message) else { return false }
        let index = position(of: message.child)
        let isMember = index < racks.count && racks[index].key == message.child
        guard let status = message.status else {
            if isMember { racks.remove(at: index) }
            strangers.note(
                message.child, version: message.version, isRefused: false, at: context.elapsed)
            return false
        }
        if isMember {
            let isWorse = isWorse(status, than: racks[index])
            racks[index].take(status, version: message.version, at: context.elapsed)
            return isWorse
        }
        guard racks.count < Limits.racksPerDatacenterMax else {
            strangers.note(
                message.child, version: message.version, isRefused: true, at: context.elapsed)
            return false
        }
        strangers.forget(message.child)
        let folds = FoldSet(version: status.foldsVersion == .none ? .none : context.version)
        let shard = message.child.shardIndex(shardCount: max(context.childShardCount, 1))
        racks.insert(
            DatacenterRack(
                key: message.child, shard: shard, version: message.version, status: status,
                folds: folds, at: context.elapsed),
            at: index)
        return false
    }

    /// Works out each rack's fold set; one that changed takes the version of this input.
    mutating func refold(escalated: TwinKey?, in context: StepContext) {
        let living = troubles.filter { book.incident($0.kind, subject: $0.subject) != nil }
        let maintenance = book.maintenanceForChildren
        let isPlain = living.isEmpty && maintenance == nil
        var members = living.map { KeyWalk($0.racks) }
        for index in racks.indices {
            guard !isPlain || racks[index].folds.takesSomething else { continue }
            let rack = racks[index]
            var mine: [DatacenterTrouble] = []
            for place in living.indices where members[place].contains(rack.key) {
                mine.append(living[place])
            }
            let entries = rack.status.incidents.compactMap { entry(for: $0, of: rack, under: mine) }
                .sorted { $0.child < $1.child }
            let next = FoldSet(
                version: context.version, entries: entries, maintenance: maintenance,
                silences: mine.compactMap { silence(of: $0, in: rack) })
            let isWorse = rack.key == escalated && !entries.isEmpty
            guard isWorse || !next.hasContent(of: rack.folds) else { continue }
            racks[index].folds = next
        }
    }

    /// What the rack is told of a silence that it may be unable to recognise by itself; nil when
    /// it is no such silence. Behind a dead feed or switch the rack is silent as a whole.
    private func silence(
        of trouble: DatacenterTrouble, in rack: DatacenterRack
    ) -> SharedSilence? {
        guard trouble.family == .silence,
            let incident = book.incident(trouble.kind, subject: trouble.subject)
        else { return nil }
        var relay: String?
        var agentVersion: String?
        switch trouble.ground {
        case .relay(let name): relay = name
        case .agentVersion(let name): agentVersion = name
        case .nothing: break
        case .label: return nil
        }
        return SharedSilence(
            parent: IncidentID(address: book.address, number: incident.number), relay: relay,
            agentVersion: agentVersion, since: trouble.onset.wall,
            isBurning: incident.isBurning && isIll(rack, of: trouble))
    }

    /// A fold lasts while its parent lives; a new one needs a burning incident of the family.
    private func entry(
        for brief: RackIncidentBrief, of rack: DatacenterRack, under troubles: [DatacenterTrouble]
    ) -> FoldEntry? {
        let old = rack.folds.entries.first { $0.child == brief.number }
        for trouble in troubles {
            guard let parent = book.incident(trouble.kind, subject: trouble.subject) else {
                continue
            }
            let isOld = old?.parent.number == parent.number
            let isBurning = brief.phase == .pending || brief.phase == .open
            let isLate = rack.onset(of: brief.number).map {
                $0.isWithin(DatacenterTwin.model.window(of: trouble.family), of: trouble.onset)
            }
            if isOld || (isBurning && trouble.explains(brief.kind) && isLate ?? false) {
                return FoldEntry(
                    child: brief.number,
                    parent: IncidentID(address: book.address, number: parent.number))
            }
        }
        return nil
    }

    private func isWorse(_ status: RackStatus, than rack: DatacenterRack) -> Bool {
        rack.folds.entries.contains { entry in
            let before = rack.status.incidents.first { $0.number == entry.child }
            let now = status.incidents.first { $0.number == entry.child }
            guard let before, let now else { return false }
            return now.severity > before.severity
        }
    }

    private func position(of child: TwinKey) -> Int {
        var low = 0
        var high = racks.count
        while low < high {
            let middle = (low + high) / 2
            if racks[middle].key < child { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension DatacenterTrouble {
    /// Whether a rack incident of this kind is explained by the trouble.
    package func explains(_ kind: IncidentKind) -> Bool {
        kind == family.kind || (family == .silence && kind == .rackCommonCause)
    }
}
