/// The silence ladder: awaiting, late, missing, gone, and back.
///
/// Missing ⇔ observing and elapsed ≥ max(lastHeard, floor) + 3 × interval. While the shard is
/// blind nothing gets worse, so our own pauses never blame a server.
extension ServerTwin {
    /// Looks whether the silence has reached the next rung, and sets when to look again.
    mutating func watchSilence(in context: StepContext, effects: inout StepEffects) {
        guard presence != .gone else {
            silenceDue = nil
            return
        }
        guard context.isObserving else {
            silenceDue = context.elapsed + interval
            return
        }
        let base = max(lastHeard ?? commissionedElapsed, context.floor)
        let silent = context.elapsed - base
        if presence == .awaiting {
            silenceDue = base + Limits.neverReportedAfter
            guard silent >= Limits.neverReportedAfter else { return }
            silenceDue = nil
            raiseNeverReported(in: context, effects: &effects)
            return
        }
        let reached = ServerPresence(silent: silent, interval: interval)
        if reached.rawValue > presence.rawValue {
            presence = reached
            if reached.isSilent { raiseMissing(silent: silent, in: context, effects: &effects) }
        }
        silenceDue = presence.nextRung(interval: interval).map { base + $0 }
    }

    private func raisedMissing(
        severity: Severity, silent: Milliseconds, in context: StepContext
    ) -> Finding {
        let absent = silent.rawValue / interval.rawValue
        return Finding(
            kind: .missingReport, severity: severity,
            summary: "No report for \(Readable.duration(silent)), "
                + "expected every \(Readable.duration(interval)).",
            evidence: [
                Evidence(
                    metric: "reports.absent", value: Double(absent), unit: "reports", limit: 3)
            ],
            since: context.wall, hold: foldHold)
    }

    private mutating func raiseMissing(
        silent: Milliseconds, in context: StepContext, effects: inout StepEffects
    ) {
        let severity: Severity = presence == .gone ? .error : .warning
        let finding = raisedMissing(severity: severity, silent: silent, in: context)
        book.raise(finding, in: context, effects: &effects)
    }

    private mutating func raiseNeverReported(
        in context: StepContext, effects: inout StepEffects
    ) {
        book.raise(
            Finding(
                kind: .neverReported, severity: .warning,
                summary: "No report since it was commissioned "
                    + "\(Readable.duration(context.wall - commissionedAt)) ago.",
                since: commissionedAt),
            in: context, effects: &effects)
    }

    /// The server was heard, by whatever report: its silence is over.
    ///
    /// - Parameter reports: what the report showed when it is judged; nil when it is not.
    mutating func hear(
        _ judged: (boot: Continuity.Boot, flags: ReportFlags)?, in context: StepContext,
        effects: inout StepEffects
    ) {
        let silentSince = lastHeard
        lastHeard = context.elapsed
        if presence == .awaiting {
            guard judged != nil else { return }
            presence = .heard
            silenceDue = context.elapsed + 2 * interval
            book.clear(
                .neverReported, immediately: true, summary: "The first report has come.",
                in: context, effects: &effects)
            return
        }
        silenceDue = context.elapsed + 2 * interval
        guard presence != .heard else { return }
        let wasSilent = presence.isSilent
        presence = .heard
        guard wasSilent else { return }
        let boot = judged?.boot ?? .unknown
        continuity = Continuity(
            boot: boot, isBuffered: judged?.flags.contains(.buffered) ?? false,
            returnedAt: context.wall)
        let silent = context.elapsed - (silentSince ?? context.elapsed)
        let how =
            switch boot {
            case .rebooted: ": it rebooted"
            case .same: ", without a reboot"
            case .unknown: ""
            }
        book.clear(
            .missingReport, immediately: true, cause: boot == .rebooted ? .reboot : nil,
            summary: "Back after \(Readable.duration(silent))\(how).", in: context,
            effects: &effects)
    }

    /// A report that was refused for its time alone.
    mutating func heard(
        _ kind: HeardOnly, in context: StepContext, effects: inout StepEffects
    ) {
        guard commission != nil else { return }
        hear(nil, in: context, effects: &effects)
        switch kind {
        case .tooOld:
            counters.tooOld += 1
        case .ourClock:
            counters.future += 1
        case .future:
            counters.future += 1
            if futureRun < ServerTwin.futureRunMax { futureRun += 1 }
            guard futureRun == ServerTwin.futureRunMax,
                book.incident(.clockSkew)?.isBurning != true
            else { return }
            book.raise(
                Finding(
                    kind: .clockSkew, severity: .warning,
                    summary: "Its clock is wrong: \(futureRun) reports in a row were more than "
                        + "\(Readable.duration(Limits.futureReportMax)) ahead of us; not judged.",
                    since: context.wall),
                in: context, effects: &effects)
        }
    }

    /// So many reports from the future in a row are a clock, not a hiccup.
    static let futureRunMax: UInt8 = 3

    /// A judged report ends the run.
    mutating func noteTimely(in context: StepContext, effects: inout StepEffects) {
        futureRun = 0
        book.clear(
            .clockSkew, immediately: true, summary: "Its clock is right again.", in: context,
            effects: &effects)
    }
}
