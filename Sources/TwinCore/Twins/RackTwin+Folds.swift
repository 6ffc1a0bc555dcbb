/// What the rack takes over for each member: incidents it explains, and its maintenance.
extension RackTwin {
    /// Works out each member's fold set; one that changed takes the version of this input.
    ///
    /// A fold lasts while its parent lives, here or at the data center, and the member still lists
    /// the child incident.
    /// - Parameter escalated: a member whose folded incident got worse; the fold is said anew,
    ///   because the member ends it by itself otherwise.
    mutating func refold(
        by opinions: [RackOpinion], escalated: TwinKey?, in context: StepContext
    ) {
        let living = Set(
            book.incidents.filter { $0.phase != .pending || $0.isBurning }.map(\.number))
        var explaining = Array(repeating: [Int](), count: members.count)
        for (position, opinion) in opinions.enumerated() where opinion.state == .bad {
            for index in opinion.affected { explaining[index].append(position) }
        }
        let maintenance = book.maintenanceForChildren
        for index in members.indices {
            // Most list nothing and are taken nothing: these are looked at where they lie.
            if members[index].status.incidents.isEmpty,
                members[index].folds.hasOnly(maintenance)
            {
                continue
            }
            let member = members[index]
            let entries = member.status.incidents.compactMap { brief in
                entry(
                    for: brief, of: member, living: living,
                    explainedBy: explaining[index].map { opinions[$0] })
            }.sorted { $0.child < $1.child }
            let next = FoldSet(
                version: context.version, entries: entries,
                maintenance: maintenance)
            let isWorse = member.key == escalated && !entries.isEmpty
            guard isWorse || !next.hasContent(of: member.folds) else { continue }
            members[index].folds = next
        }
    }

    private func entry(
        for brief: IncidentBrief, of member: RackMember, living: Set<UInt32>,
        explainedBy opinions: [RackOpinion]
    ) -> FoldEntry? {
        if let old = member.folds.entries.first(where: { $0.child == brief.number }),
            isLiving(old.parent, own: living)
        {
            return old
        }
        guard brief.isBurning else { return nil }
        return own(brief, living: living, explainedBy: opinions) ?? shared(brief, of: member)
    }

    private func isLiving(_ parent: IncidentID, own living: Set<UInt32>) -> Bool {
        parent.address == book.address
            ? living.contains(parent.number)
            : sharedSilences.contains { $0.parent == parent }
    }

    /// The fold under an incident of this rack.
    private func own(
        _ brief: IncidentBrief, living: Set<UInt32>, explainedBy opinions: [RackOpinion]
    ) -> FoldEntry? {
        let parent = opinions.lazy.filter { $0.folds.contains(brief.kind) }
            .compactMap { book.incident($0.finding.kind, subject: $0.finding.subject) }
            .first { living.contains($0.number) }
        return parent.map {
            FoldEntry(
                child: brief.number,
                parent: IncidentID(address: book.address, number: $0.number))
        }
    }
    /// The fold under an incident of the data center, for what is too little to be one of ours.
    private func shared(_ brief: IncidentBrief, of member: RackMember) -> FoldEntry? {
        guard brief.kind == .missingReport else { return nil }
        return sharedSilences.first { $0.isBurning && isPart(member, of: $0) }
            .map { FoldEntry(child: brief.number, parent: $0.parent) }
    }

    /// A member whose silence began with the shared one is a part of it. One that was silent
    /// before is its own trouble; one that follows later is a part only while nearly all here that
    /// it names are silent: what is heard again in this rack explains nothing new.
    private func isPart(_ member: RackMember, of shared: SharedSilence) -> Bool {
        guard let onset = member.silence?.wall, shared.names(member),
            shared.since - onset <= DatacenterModel.massWindow
        else { return false }
        guard onset - shared.since > DatacenterModel.massWindow else { return true }
        let named = members.filter { $0.isInService && shared.names($0) }
        let silent = named.count { $0.silence != nil }
        return Double(silent) >= DatacenterTwin.model.groundShare * Double(named.count)
    }
}
