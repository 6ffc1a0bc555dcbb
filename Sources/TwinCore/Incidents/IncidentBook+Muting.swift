/// Folds, maintenance and acknowledgement: three reasons not to page, none to stop looking.
extension IncidentBook {
    /// Why an incident does not page now; empty = it does.
    package func mutes(of incident: Incident) -> [MuteEntry] {
        IncidentSnapshot(
            id: IncidentID(address: address, number: incident.number), incident: incident,
            location: location, labels: labels, maintenance: activeMaintenance
        ).mutes
    }

    /// The maintenance that children inherit: the own running window, else the inherited one.
    package var maintenanceForChildren: InheritedMaintenance? { activeMaintenance }

    /// Applies a parent's whole fold set; nil = there is no parent to fold any more.
    ///
    /// A pending incident that is folded opens at once, muted. A fold that is no longer listed
    /// mutes on for `hold`, so that a member that heals with its rack never pages; then what
    /// still burns pages. Unknown ids are ignored.
    package mutating func apply(
        _ folds: FoldSet?, hold: Milliseconds, in context: StepContext,
        effects: inout StepEffects
    ) {
        for index in incidents.indices {
            let number = incidents[index].number
            guard let entry = folds?.entries.first(where: { $0.child == number }) else {
                if incidents[index].fold != nil, incidents[index].fold?.releasedAt == nil {
                    incidents[index].fold?.releasedAt = context.elapsed + hold
                }
                continue
            }
            let before = incidents[index].fold
            incidents[index].fold = FoldMute(parent: entry.parent)
            if incidents[index].phase == .pending {
                if incidents[index].isBurning {
                    open(at: index, in: context, effects: &effects)
                }
            } else if before?.parent != entry.parent {
                record(.folded, at: index, pages: false, in: context, effects: &effects)
            }
        }
        inherited = folds?.maintenance
        refreshMaintenance(in: context, effects: &effects)
    }

    /// Ends what is due: fold releases by the shard's time, the rest by the wall clock.
    mutating func advanceMutes(in context: StepContext, effects: inout StepEffects) {
        refreshMaintenance(in: context, effects: &effects)
        for index in incidents.indices {
            if let release = incidents[index].fold?.releasedAt, release <= context.elapsed {
                incidents[index].fold = nil
                recordUnmuting(.unfolded, at: index, repeats: false, in: context, effects: &effects)
            }
            if let end = incidents[index].acknowledgement?.until, end <= context.wall {
                incidents[index].acknowledgement = nil
                recordUnmuting(
                    .unacknowledged, at: index, repeats: true, in: context, effects: &effects)
            }
        }
    }

    /// Compares the windows with the wall clock and tells each begin and end once.
    mutating func refreshMaintenance(in context: StepContext, effects: inout StepEffects) {
        maintenance.removeAll { $0.until <= context.wall }
        if let window = inherited?.window, window.until <= context.wall { inherited = nil }
        let own = maintenance.first { $0.from <= context.wall }
        let now =
            own.map { InheritedMaintenance(address: address, window: $0) }
            ?? inherited.flatMap { $0.window.from <= context.wall ? $0 : nil }
        let was = activeMaintenance
        activeMaintenance = now
        guard (was == nil) != (now == nil) else { return }
        for index in incidents.indices where incidents[index].phase != .pending {
            if now != nil {
                record(.muted, at: index, pages: false, in: context, effects: &effects)
            } else {
                recordUnmuting(.unmuted, at: index, repeats: true, in: context, effects: &effects)
            }
        }
    }

    /// One record for the end of a mute; it pages when the incident still burns and nothing else
    /// mutes it.
    /// - Parameter repeats: pages also when an earlier record of this severity already did.
    func pagesAfterUnmuting(_ incident: Incident, repeats: Bool, in context: StepContext) -> Bool {
        let isNews = incident.pagedSeverity.map { $0 < incident.severity } ?? true
        return incident.phase == .open && (isNews || repeats) && mayPage(incident, in: context)
    }

    private mutating func recordUnmuting(
        _ change: AlertChange, at index: Int, repeats: Bool, in context: StepContext,
        effects: inout StepEffects
    ) {
        guard incidents[index].phase != .pending else { return }
        let pages = pagesAfterUnmuting(incidents[index], repeats: repeats, in: context)
        record(change, at: index, pages: pages, in: context, effects: &effects)
    }
}

extension IncidentSnapshot {
    /// Why the incident did not page at that moment; empty = it did.
    package var mutes: [MuteEntry] {
        var entries: [MuteEntry] = []
        if let fold = incident.fold {
            entries.append(MuteEntry(by: .fold, ref: fold.parent.description))
        }
        if let word = incident.acknowledgement {
            entries.append(
                MuteEntry(
                    by: .acknowledgement, owner: word.owner, comment: word.comment,
                    until: word.until))
        }
        if let maintenance {
            entries.append(
                MuteEntry(
                    by: .maintenance, ref: maintenance.address.description,
                    owner: maintenance.window.owner, comment: maintenance.window.reason,
                    until: maintenance.window.until))
        }
        return entries
    }
}
