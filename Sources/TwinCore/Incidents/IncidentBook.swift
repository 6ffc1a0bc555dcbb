/// The incidents of one twin and their life: phases, holds, flapping, mutes and pages.
///
/// pending → open → recovering → resolved. The model says *bad* (`raise`) or *good* (`clear`); the
/// book decides what becomes a record of the alert log and which of those page. All three tiers use
/// it. Muting silences pages, never monitoring, and mutes creation, never resolution.
///
/// Severity never falls while an incident lives: the clearing limit ends it. A finding beyond
/// `Limits.openIncidentsPerTwinMax` is not kept; it is raised again while it burns.
package struct IncidentBook: Equatable, Sendable, Codable {
    package let address: TwinAddress
    /// The highest number ever given; numbers never repeat, see `ShardState.highestIncident`.
    package private(set) var highestNumber: UInt32
    /// Pending, open and recovering incidents in the order of their numbers.
    package internal(set) var incidents: [Incident] = []
    /// Resolved ones that may still be reopened, oldest first.
    package internal(set) var recent: [Incident] = []
    /// The twin's own windows, planned or running, by start.
    package internal(set) var maintenance: [MaintenanceWindow] = []
    /// The parent's maintenance, as its last fold set told.
    package internal(set) var inherited: InheritedMaintenance?
    /// What mutes all incidents now; kept so that begin and end are noticed once.
    package internal(set) var activeMaintenance: InheritedMaintenance?
    /// Where the twin is; set by the twin when its commission or membership changes.
    package var location = TwinLocation()
    package var labels: [TwinLabel] = []

    package init(address: TwinAddress, highestNumber: UInt32) {
        self.address = address
        self.highestNumber = highestNumber
    }

    /// A book as its row has it.
    package init(
        address: TwinAddress, highestNumber: UInt32, incidents: [Incident], recent: [Incident],
        maintenance: [MaintenanceWindow], inherited: InheritedMaintenance?,
        activeMaintenance: InheritedMaintenance?
    ) {
        self.init(address: address, highestNumber: highestNumber)
        self.incidents = incidents
        self.recent = recent
        self.maintenance = maintenance
        self.inherited = inherited
        self.activeMaintenance = activeMaintenance
    }

    package var isInMaintenance: Bool { activeMaintenance != nil }

    /// Later incidents are numbered above `number`: what a lost history numbered never repeats.
    package mutating func number(above number: UInt32) {
        highestNumber = max(highestNumber, number)
    }

    /// The pending, open or recovering incident of (kind, subject); nil when there is none.
    package func incident(_ kind: IncidentKind, subject: String? = nil) -> Incident? {
        index(of: kind, subject).map { incidents[$0] }
    }

    /// The open and recovering incidents: what operators are shown as present.
    package var opened: [Incident] { incidents.filter { $0.phase != .pending } }

    /// The kinds of what is open, for lists.
    package var openKinds: [String] { opened.map(\.kind.rawValue) }

    /// What a parent is told: all but pending ones whose condition is good again.
    package var briefs: [IncidentBrief] {
        incidents.filter { $0.phase != .pending || $0.isBurning }.map {
            IncidentBrief(
                number: $0.number, kind: $0.kind, severity: $0.severity, phase: $0.phase,
                since: $0.since)
        }
    }

    /// When `advance` has something to do by the shard's own time; nil = never.
    package var nextDue: Elapsed? {
        var due: Elapsed?
        for incident in incidents {
            let hold = incident.phase == .pending && incident.isBurning ? incident.holdUntil : nil
            for time in [hold, incident.clearAt, incident.fold?.releasedAt] {
                if let time { due = due.map { min($0, time) } ?? time }
            }
        }
        return due
    }

    /// When `advance` has something to do by the wall clock: begins and ends of maintenance, ends
    /// of acknowledgements. The shard compares it once a second.
    package var nextWallDue: Timestamp? {
        var due: Timestamp?
        func consider(_ time: Timestamp?) {
            if let time { due = due.map { min($0, time) } ?? time }
        }
        consider(activeMaintenance?.window.until)
        // While a window of its own runs, the begin of another one changes nothing.
        if activeMaintenance?.address != address {
            for window in maintenance { consider(window.from) }
        }
        if activeMaintenance == nil { consider(inherited?.window.from) }
        for incident in incidents { consider(incident.acknowledgement?.until) }
        return due
    }

    // MARK: what the model says

    /// The condition is bad now: opens, reopens, updates or escalates its incident.
    ///
    /// A finding with a hold stays pending first. A server's hold counts from its rack's receipt,
    /// without one it ends after twice the time; a rack's hold is its own pending interval.
    package mutating func raise(
        _ finding: Finding, in context: StepContext, effects: inout StepEffects
    ) {
        guard let index = index(of: finding.kind, finding.subject) ?? begin(finding, in: context)
        else { return }
        incidents[index].flap.note(isBad: true, at: context.elapsed)
        let causeBefore = incidents[index].cause
        let severityBefore = incidents[index].severity
        absorb(finding, at: index)
        incidents[index].clearAt = nil
        switch incidents[index].phase {
        case .pending:
            openIfDue(at: index, in: context, effects: &effects)
        case .recovering:
            incidents[index].phase = .open
            growClearDelay(at: index)
            incidents[index].updatedAt = context.wall
            updateFlapping(at: index, in: context, effects: &effects)
            tellChange(
                since: (severityBefore, causeBefore), at: index, in: context, effects: &effects)
            tellIfUnpaged(at: index, in: context, effects: &effects)
        case .open:
            if incidents[index].isFlapping {
                updateFlapping(at: index, in: context, effects: &effects)
            }
            tellChange(
                since: (severityBefore, causeBefore), at: index, in: context, effects: &effects)
        case .resolved:
            invariant(false, "\(address): a resolved incident among the active ones")
        }
    }

    /// The condition is good now: its incident recovers and resolves after its clear delay.
    ///
    /// - Parameter immediately: skips the delay, because the evidence is final.
    /// - Parameter cause: what it turned out to be; `summary` replaces the sentence.
    package mutating func clear(
        _ kind: IncidentKind, subject: String? = nil, immediately: Bool = false,
        cause: IncidentCause? = nil, summary: String? = nil,
        in context: StepContext, effects: inout StepEffects
    ) {
        guard let index = index(of: kind, subject) else { return }
        incidents[index].flap.note(isBad: false, at: context.elapsed)
        if let summary { incidents[index].summary = summary }
        if let cause { incidents[index].cause = cause }
        let delay = immediately ? Milliseconds.zero : incidents[index].clearDelay
        if incidents[index].clearAt == nil || immediately {
            incidents[index].clearAt = context.elapsed + delay
        }
        if incidents[index].phase == .open { incidents[index].phase = .recovering }
        updateFlapping(at: index, in: context, effects: &effects)
        if delay == .zero { finish(at: index, in: context, effects: &effects) }
    }

    /// Closes everything, for a decommission: what opened is resolved, what is pending forgotten.
    package mutating func closeAll(
        summary: String, in context: StepContext, effects: inout StepEffects
    ) {
        for index in incidents.indices.reversed() {
            incidents[index].summary = summary
            finish(at: index, isFinal: true, in: context, effects: &effects)
        }
        recent.removeAll()
        maintenance.removeAll()
        inherited = nil
        activeMaintenance = nil
    }

    // MARK: what time does

    /// Does what is due: holds, clear delays, fold releases, ends of maintenance and
    /// acknowledgements. Cheap when nothing is.
    package mutating func advance(in context: StepContext, effects: inout StepEffects) {
        advanceMutes(in: context, effects: &effects)
        for index in incidents.indices.reversed() {
            let incident = incidents[index]
            if let clearAt = incident.clearAt, clearAt <= context.elapsed {
                finish(at: index, in: context, effects: &effects)
            } else if incident.phase == .pending, incident.isBurning {
                openIfDue(at: index, in: context, effects: &effects)
            }
        }
        recent.removeAll { ($0.clearAt ?? .zero) + Limits.reopenWithin < context.elapsed }
    }

    /// The parent holds a status that names today's pending incidents: their holds count from now.
    package mutating func statusReceipted(hold: Milliseconds, in context: StepContext) {
        for index in incidents.indices
        where incidents[index].phase == .pending && incidents[index].isBurning
            && !incidents[index].isHoldReceipted
        {
            incidents[index].isHoldReceipted = true
            let end = context.elapsed + hold
            incidents[index].holdUntil = incidents[index].holdUntil.map { min($0, end) } ?? end
        }
    }

    // MARK: steps of a life

    func index(of kind: IncidentKind, _ subject: String?) -> Int? {
        incidents.firstIndex { $0.kind == kind && $0.subject == subject }
    }

    private mutating func begin(_ finding: Finding, in context: StepContext) -> Int? {
        guard incidents.count < Limits.openIncidentsPerTwinMax else { return nil }
        let patience: Int64 = address.tier == .server ? 2 : 1
        let holdUntil = context.elapsed + patience * finding.hold
        if let past = recent.lastIndex(where: {
            $0.kind == finding.kind && $0.subject == finding.subject
                && context.elapsed - ($0.clearAt ?? .zero) <= Limits.reopenWithin
        }) {
            var incident = recent.remove(at: past)
            incident.phase = .pending
            // A new onset is judged by itself: what it was in its former life has been told.
            incident.severity = finding.severity
            incident.cause = finding.cause
            incident.holdUntil = holdUntil
            incident.isHoldReceipted = false
            incident.resolvedAt = nil
            incident.cause = nil
            incident.reopened += 1
            let index = incidents.firstIndex { $0.number > incident.number } ?? incidents.count
            incidents.insert(incident, at: index)
            growClearDelay(at: index)
            return index
        }
        highestNumber += 1
        var incident = Incident(
            number: highestNumber, kind: finding.kind, subject: finding.subject,
            severity: finding.severity, phase: .pending, summary: finding.summary,
            since: finding.since, sinceElapsed: context.elapsed, updatedAt: context.wall,
            clearDelay: finding.clearDelay)
        incident.holdUntil = holdUntil
        incidents.append(incident)
        return incidents.count - 1
    }

    private mutating func absorb(_ finding: Finding, at index: Int) {
        incidents[index].severity = max(incidents[index].severity, finding.severity)
        incidents[index].cause = finding.cause ?? incidents[index].cause
        incidents[index].candidates = finding.candidates
        incidents[index].summary = finding.summary
        incidents[index].evidence = Array(finding.evidence.prefix(Limits.evidencePerIncidentMax))
        incidents[index].extent = finding.extent
    }

    private mutating func openIfDue(
        at index: Int, in context: StepContext, effects: inout StepEffects
    ) {
        guard let holdUntil = incidents[index].holdUntil, holdUntil <= context.elapsed else {
            return
        }
        open(at: index, in: context, effects: &effects)
    }

    /// Ends the pending phase with one record: `opened`, or `reopened` when it was open before.
    mutating func open(at index: Int, in context: StepContext, effects: inout StepEffects) {
        let wasOpen = incidents[index].openedAt != nil
        incidents[index].phase = .open
        incidents[index].holdUntil = nil
        if !wasOpen { incidents[index].openedAt = context.wall }
        measureFlapping(at: index, in: context)
        record(
            wasOpen ? .reopened : .opened, at: index, pages: mayPage(incidents[index], in: context),
            in: context, effects: &effects)
    }

    /// Says what a finding has changed of an open incident.
    private mutating func tellChange(
        since before: (severity: Severity, cause: IncidentCause?), at index: Int,
        in context: StepContext, effects: inout StepEffects
    ) {
        if incidents[index].severity > before.severity {
            escalate(at: index, in: context, effects: &effects)
        } else if incidents[index].cause != before.cause {
            record(.updated, at: index, pages: false, in: context, effects: &effects)
        }
    }

    /// A mute that ended while the incident recovered did not page; now that it burns again, it
    /// must.
    private mutating func tellIfUnpaged(
        at index: Int, in context: StepContext, effects: inout StepEffects
    ) {
        guard pagesAfterUnmuting(incidents[index], repeats: false, in: context) else { return }
        record(.updated, at: index, pages: true, in: context, effects: &effects)
    }

    private mutating func escalate(
        at index: Int, in context: StepContext, effects: inout StepEffects
    ) {
        incidents[index].acknowledgement = nil
        if incidents[index].fold != nil, incidents[index].fold?.releasedAt == nil {
            // The parent may explain the worse state too: it has one hold to say so anew.
            incidents[index].fold?.releasedAt = context.elapsed + Limits.foldHoldMin
        }
        record(
            .escalated, at: index, pages: mayPage(incidents[index], in: context), in: context,
            effects: &effects)
    }

    /// Resolves what was opened, forgets what was only pending; a flapping one waits on.
    /// - Parameter isFinal: a flapping one goes too.
    private mutating func finish(
        at index: Int, isFinal: Bool = false, in context: StepContext,
        effects: inout StepEffects
    ) {
        guard incidents[index].openedAt != nil else {
            incidents.remove(at: index)
            return
        }
        if isFinal {
            incidents[index].isFlapping = false
        } else {
            updateFlapping(at: index, in: context, effects: &effects)
        }
        guard !incidents[index].isFlapping else {
            let wait = max(incidents[index].clearDelay, Limits.reopenWithin)
            incidents[index].clearAt = context.elapsed + wait
            return
        }
        let wasPending = incidents[index].phase == .pending
        incidents[index].phase = .resolved
        incidents[index].resolvedAt = context.wall
        incidents[index].clearAt = context.elapsed
        incidents[index].fold = nil
        if !wasPending {
            record(
                .resolved, at: index, pages: incidents[index].pagedSeverity != nil, in: context,
                effects: &effects)
        }
        incidents[index].pagedSeverity = nil
        incidents[index].acknowledgement = nil
        recent.append(incidents.remove(at: index))
        if recent.count > Limits.recentIncidentsPerTwinMax { recent.removeFirst() }
    }

    private mutating func growClearDelay(at index: Int) {
        let grown = Milliseconds(rawValue: incidents[index].clearDelay.rawValue * 3 / 2)
        incidents[index].clearDelay = min(grown, Limits.clearDelayMax)
    }

    private mutating func updateFlapping(
        at index: Int, in context: StepContext, effects: inout StepEffects
    ) {
        let before = incidents[index].isFlapping
        measureFlapping(at: index, in: context)
        guard incidents[index].isFlapping != before, incidents[index].phase != .pending else {
            return
        }
        // What flapping kept from the pager is told when it settles on bad.
        let pages = pagesAfterUnmuting(incidents[index], repeats: false, in: context)
        record(.updated, at: index, pages: pages, in: context, effects: &effects)
    }

    private mutating func measureFlapping(at index: Int, in context: StepContext) {
        incidents[index].flap.note(isBad: incidents[index].isBurning, at: context.elapsed)
        let limit = incidents[index].isFlapping ? FlapRing.stopShare : FlapRing.startShare
        incidents[index].isFlapping = incidents[index].flap.changeShare >= limit
    }

    // MARK: records

    /// True when a change of this incident goes to the pager: severe enough, not muted, not
    /// flapping.
    func mayPage(_ incident: Incident, in context: StepContext) -> Bool {
        incident.severity >= context.configuration.pageFrom && incident.fold == nil
            && incident.acknowledgement == nil && activeMaintenance == nil && !incident.isFlapping
    }

    mutating func record(
        _ change: AlertChange, at index: Int, pages: Bool, in context: StepContext,
        effects: inout StepEffects
    ) {
        incidents[index].updatedAt = context.wall
        if pages {
            incidents[index].pages += 1
            incidents[index].pagedSeverity = incidents[index].severity
        }
        effects.alerts.append(
            AlertDraft(
                address: address, at: context.wall, change: change, pages: pages,
                incident: snapshot(incidents[index])))
    }

    /// The incident as alerts and queries show it.
    package func snapshot(_ incident: Incident) -> IncidentSnapshot {
        IncidentSnapshot(
            id: IncidentID(address: address, number: incident.number), incident: incident,
            location: location, labels: labels, maintenance: activeMaintenance)
    }
}
