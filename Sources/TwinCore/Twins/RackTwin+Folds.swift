/// What the rack takes over for each member: incidents it explains, and its maintenance.
extension RackTwin {
    /// Works out each member's fold set; one that changed takes the version of this input.
    ///
    /// A fold lasts while its rack incident lives and the member still lists the child incident.
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
        for index in members.indices {
            let member = members[index]
            let entries = member.status.incidents.compactMap { brief in
                entry(
                    for: brief, of: member, living: living,
                    explainedBy: explaining[index].map { opinions[$0] })
            }.sorted { $0.child < $1.child }
            let isWorse = member.key == escalated && !entries.isEmpty
            let maintenance = book.maintenanceForChildren
            guard
                isWorse || entries != member.folds.entries
                    || maintenance != member.folds.maintenance
            else { continue }
            members[index].folds = FoldSet(
                version: context.version, entries: entries, maintenance: maintenance)
        }
    }

    private func entry(
        for brief: IncidentBrief, of member: RackMember, living: Set<UInt32>,
        explainedBy opinions: [RackOpinion]
    ) -> FoldEntry? {
        if let old = member.folds.entries.first(where: { $0.child == brief.number }),
            living.contains(old.parent.number)
        {
            return old
        }
        guard brief.isBurning else { return nil }
        let parent = opinions.lazy.filter { $0.folds.contains(brief.kind) }
            .compactMap { book.incident($0.finding.kind, subject: $0.finding.subject) }
            .first { living.contains($0.number) }
        return parent.map {
            FoldEntry(
                child: brief.number,
                parent: IncidentID(address: book.address, number: $0.number))
        }
    }
}
