/// Silence: the start rule, and what the return tells.
extension RackSignatureModel {
    /// What silence says; nil while the rack is heard and no silence is being told.
    func silenceOpinion(on picture: RackPicture) -> RackOpinion? {
        let row = table.silence
        guard let active = picture.incident(row.kind, row.subject), let outage = picture.outage
        else { return startOpinion(on: picture) }
        let window = Self.silenceIntervals * picture.interval
        let parts = picture.members.indices.filter { index in
            let member = picture.members[index]
            return member.outage != nil
                || (picture.judged.contains(index)
                    && member.silence?.isWithin(window, of: outage.onset) == true)
        }
        let voters = picture.expected.filter {
            picture.members[$0].status.condition != .gone || parts.contains($0)
        }
        let silent = parts.filter { picture.members[$0].silence != nil }
        var next = outage
        let onsets = parts.compactMap { silentOnset(of: picture.members[$0]) }
        next.onset = CorrelationWindow.earliest(of: onsets) ?? outage.onset
        let stays = silent.count >= row.stayCount(expected: voters.count)
        if stays {
            next.leaveAt = nil
        } else if outage.leaveAt == nil {
            next.leaveAt = picture.now + picture.interval
        }
        let isOver =
            !stays && (silent.isEmpty || next.leaveAt.map { $0 <= picture.now } ?? false)
        if isOver || active.phase == .recovering && !stays {
            return overOpinion(active, parts: parts, outage: next, picture: picture)
        }
        return badOpinion(
            active, silent: silent, parts: parts, voters: voters.count, outage: next,
            picture: picture)
    }

    /// The start rule: max(3, 50 %) of those expected, onsets within two intervals. Members gone
    /// under another rack incident still count: a rack that switches off one by one is not cut off.
    private func startOpinion(on picture: RackPicture) -> RackOpinion? {
        let row = table.silence
        let group = silentGroup(of: picture)
        let voters = picture.judged.filter {
            let member = picture.members[$0]
            return member.status.condition != .gone || !member.folds.entries.isEmpty
                || group.contains($0)
        }
        guard group.count >= row.startCount(expected: voters.count) else { return nil }
        let onsets = group.compactMap { picture.members[$0].silence }
        guard let onset = CorrelationWindow.earliest(of: onsets) else { return nil }
        return badOpinion(
            nil, silent: group, parts: group, voters: voters.count,
            outage: RackOutage(onset: onset), picture: picture)
    }

    private func badOpinion(
        _ active: Incident?, silent: [Int], parts: [Int], voters: Int, outage: RackOutage,
        picture: RackPicture
    ) -> RackOpinion {
        let row = table.silence
        let variant = variant(of: row, shownBy: parts, in: picture)
        let spread = CorrelationWindow.spread(
            of: parts.compactMap { silentOnset(of: picture.members[$0]) })
        let tenths = max(1, (spread.rawValue + 50) / 100)
        let total = max(voters, parts.count)
        let finding = Finding(
            kind: row.kind, subject: row.subject, severity: row.severity,
            summary: "\(row.title): \(silent.count) of \(total) servers \(row.phrase) within "
                + "\(tenths / 10).\(tenths % 10) s.",
            cause: variant.cause, candidates: variant.candidates,
            evidence: [
                Evidence(
                    metric: "servers.silent", value: Double(silent.count), unit: "servers",
                    limit: Double(row.startCount(expected: total))),
                Evidence(metric: "servers.silent.spread", value: spread.seconds, unit: "s"),
            ],
            extent: IncidentExtent(
                children: parts.count, serversAffected: parts.count, serversTotal: total),
            since: active?.since ?? outage.onset.wall, hold: picture.interval,
            clearDelay: Self.clearIntervals * picture.interval)
        return RackOpinion(
            state: .bad, finding: finding, affected: parts, folds: row.folds, outage: outage)
    }

    /// The members are back: what their boots and buffers tell becomes the cause.
    private func overOpinion(
        _ active: Incident, parts: [Int], outage: RackOutage, picture: RackPicture
    ) -> RackOpinion {
        let back = parts.filter { picture.members[$0].outage?.returned != nil }
        let proof = returnProof(of: back, of: parts, outage: outage, picture: picture)
        let cause = proof?.cause ?? active.cause
        let candidates =
            proof.map {
                [CauseCandidate(cause: $0.cause, likelihood: table.returns.likelihood)]
            } ?? active.candidates
        let proofWords = proof.map { ", \($0.words)" } ?? ""
        let finding = Finding(
            kind: active.kind, subject: active.subject, severity: active.severity,
            summary: "\(back.count) of \(parts.count) back\(proofWords).",
            cause: cause, candidates: candidates, evidence: active.evidence,
            extent: IncidentExtent(
                children: parts.count, serversAffected: parts.count,
                serversTotal: max(active.extent.serversTotal, parts.count)),
            since: active.since, hold: picture.interval,
            clearDelay: Self.clearIntervals * picture.interval)
        return RackOpinion(
            state: .over, finding: finding, affected: parts, folds: table.silence.folds,
            outage: outage)
    }

    private struct ReturnProof {
        var cause: IncidentCause
        var words: String
    }

    /// Same boot: the switch was away. New boot: the power was. Both: unknown, common cause.
    private func returnProof(
        of back: [Int], of parts: [Int], outage: RackOutage, picture: RackPicture
    ) -> ReturnProof? {
        let rule = table.returns
        let proofs = back.map { picture.members[$0].status.continuity }
        let same = proofs.count { $0.boot == .same || ($0.boot == .unknown && $0.isBuffered) }
        let rebooted = proofs.count { $0.boot == .rebooted }
        let known = same + rebooted
        guard known >= 1, Double(known) >= rule.knownShare * Double(parts.count) else {
            return nil
        }
        if Double(rebooted) >= rule.agreeingShare * Double(known) {
            return ReturnProof(cause: .rackPower, words: "booted anew")
        }
        guard Double(same) >= rule.agreeingShare * Double(known) else {
            return ReturnProof(cause: .unknown, words: "\(rebooted) booted anew, \(same) not")
        }
        let isReboot = isReboot(of: back, of: parts, outage: outage, picture: picture)
        return ReturnProof(cause: isReboot ? .torReboot : .torSwitch, words: "uptime unchanged")
    }

    private func isReboot(
        of back: [Int], of parts: [Int], outage: RackOutage, picture: RackPicture
    ) -> Bool {
        let rule = table.returns
        let returns = back.compactMap { picture.members[$0].outage?.returned }
        guard Double(back.count) >= rule.togetherShare * Double(parts.count),
            let first = CorrelationWindow.earliest(of: returns)
        else { return false }
        let silence = first.arrival - outage.onset.arrival
        return rule.rebootSilence.contains(silence)
            && CorrelationWindow.spread(of: returns) <= Self.silenceIntervals * picture.interval
    }

    private func silentOnset(of member: RackMember) -> CorrelationOnset? {
        member.outage?.silent ?? member.silence
    }
}
