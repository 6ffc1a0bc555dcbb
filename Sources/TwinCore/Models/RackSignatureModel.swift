/// The rack model that reads a signature table: silence first, then reporters, then likeness.
package struct RackSignatureModel: RackModel, Equatable {
    package var table: SignatureTable

    /// How long a condition must stay good before its incident resolves, in intervals.
    static let clearIntervals: Int64 = 3
    /// Onsets of silence belong together within so many intervals.
    static let silenceIntervals: Int64 = 2

    package init(table: SignatureTable = .standard) { self.table = table }

    package func signs(of status: ServerStatus, reference: Digest) -> [UInt8] {
        table.likeness.indices.filter {
            table.likeness[$0].isShown(by: status, reference: reference)
        }.map { UInt8($0) }
    }

    package func opinions(on picture: RackPicture) -> [RackOpinion] {
        let silence = silenceOpinion(on: picture)
        var opinions = [silence, reporterOpinion(on: picture, silence: silence)].compactMap { $0 }
        opinions += likenessOpinions(on: picture, isSilent: silence != nil)
        return opinions
    }

    // MARK: reporters

    /// Silence of most members of one agent version or relay, while most others are heard.
    private func reporterOpinion(
        on picture: RackPicture, silence: RackOpinion?
    ) -> RackOpinion? {
        let row = table.reporter
        let active = picture.incident(row.kind, row.subject)
        guard silence == nil else {
            return active.map { over($0, .replaced, row: row, picture: picture) }
        }
        let group = silentReporterGroup(in: picture)
        guard let group else {
            return active.map { over($0, .over, row: row, picture: picture) }
        }
        let onsets = group.silent.compactMap { picture.members[$0].silence }
        guard let onset = CorrelationWindow.earliest(of: onsets) else { return nil }
        let total = picture.expected.count
        let finding = Finding(
            kind: row.kind, subject: row.subject, severity: row.severity,
            summary: "\(row.title): \(group.silent.count) of \(group.members) servers reporting "
                + "through \(group.name) \(row.phrase).",
            candidates: [
                CauseCandidate(cause: group.cause, likelihood: Self.reporterLikelihood),
                CauseCandidate(cause: .unknown, likelihood: 1 - Self.reporterLikelihood),
            ],
            evidence: [
                Evidence(
                    metric: "servers.silent", value: Double(group.silent.count), unit: "servers",
                    limit: Double(row.startCount(expected: group.members)))
            ],
            extent: IncidentExtent(
                children: group.silent.count, serversAffected: group.silent.count,
                serversTotal: total),
            since: active?.since ?? onset.wall, hold: picture.interval,
            clearDelay: Self.clearIntervals * picture.interval)
        return RackOpinion(
            state: .bad, finding: finding, affected: group.silent, folds: row.folds)
    }

    private static let reporterLikelihood = 0.7

    private struct ReporterGroup {
        var name: String
        var cause: IncidentCause
        var members: Int
        var silent: [Int]
    }

    /// The largest group whose silence the others do not share; nil when there is none.
    private func silentReporterGroup(in picture: RackPicture) -> ReporterGroup? {
        let row = table.reporter
        let silent = silentGroup(of: picture)
        let wanted = picture.incident(row.kind, row.subject) == nil ? row.share : row.leaveShare
        var best: ReporterGroup?
        let readings: [(IncidentCause, String, (ServerStatus) -> String?)] = [
            (.collector, "relay", { $0.relay }), (.agentVersion, "agent", { $0.agentVersion }),
        ]
        for (cause, noun, value) in readings {
            let names = Set(silent.compactMap { value(picture.members[$0].status) }).sorted()
            for name in names {
                let members = picture.judged.filter { value(picture.members[$0].status) == name }
                let mute = silent.filter { value(picture.members[$0].status) == name }
                let others = picture.judged.count - members.count
                let othersSilent = silent.count - mute.count
                let isGroup =
                    mute.count >= row.minimum
                    && Double(mute.count) >= wanted * Double(members.count)
                    && others > 0 && Double(othersSilent) <= (1 - row.share) * Double(others)
                if isGroup, mute.count > best?.silent.count ?? 0 {
                    best = ReporterGroup(
                        name: "\(noun) \(name)", cause: cause, members: members.count, silent: mute)
                }
            }
        }
        return best
    }

    /// Judged members whose silence began together, ascending indices.
    func silentGroup(of picture: RackPicture) -> [Int] {
        let silent = picture.judged.filter { picture.members[$0].silence != nil }
        let onsets = silent.compactMap { picture.members[$0].silence }
        let window = Self.silenceIntervals * picture.interval
        return CorrelationWindow.largestGroup(of: onsets, within: window).map { silent[$0] }
    }

    // MARK: shared words

    /// The opinion that an active incident is over, or was a mistake while it was pending.
    func over(
        _ incident: Incident, _ state: RackOpinion.State, row: SignatureRow, picture: RackPicture
    ) -> RackOpinion {
        let seconds = (picture.wall - incident.since).rawValue / 1000
        return RackOpinion(
            state: state,
            finding: Finding(
                kind: incident.kind, subject: incident.subject, severity: incident.severity,
                summary: "\(row.title) is over after \(seconds) s.", cause: incident.cause,
                candidates: incident.candidates, evidence: incident.evidence,
                extent: incident.extent, since: incident.since))
    }

    /// The first variant whose evidence enough of the affected members show.
    func variant(of row: SignatureRow, shownBy affected: [Int], in picture: RackPicture)
        -> SignatureVariant
    {
        for variant in row.variants where !variant.signs.isEmpty {
            let showing = affected.count { index in
                let member = picture.members[index]
                return variant.signs.contains { sign in
                    sign.allSatisfy {
                        $0.holds(for: member.status, reference: member.reference)
                    }
                }
            }
            if Double(showing) >= variant.share * Double(max(affected.count, 1)) { return variant }
        }
        return row.variants.first { $0.signs.isEmpty }
            ?? SignatureVariant(cause: .unknown, candidates: [])
    }
}
