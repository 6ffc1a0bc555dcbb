/// Likeness: many members mildly bad in the same way with the same onset.
extension RackSignatureModel {
    func likenessOpinions(on picture: RackPicture, isSilent: Bool) -> [RackOpinion] {
        var opinions: [RackOpinion] = []
        for (index, row) in table.likeness.enumerated() {
            let active = picture.incident(row.kind, row.subject)
            let alike =
                active.map { affectedStill(by: UInt8(index), $0, row: row, picture: picture) }
                ?? affectedAnew(by: UInt8(index), row: row, picture: picture)
            if let active, isSilent, active.phase == .pending {
                // What the members showed before they fell silent is evidence, not an incident.
                opinions.append(over(active, .replaced, row: row, picture: picture))
            } else if let active, alike.count < row.stayCount(expected: picture.expected.count) {
                opinions.append(over(active, .over, row: row, picture: picture))
            } else if active != nil || isStart(alike, of: row, picture: picture, isSilent: isSilent)
            {
                opinions.append(opinion(of: row, active, affected: alike, picture: picture))
            }
        }
        return disagreements(in: opinions, picture: picture)
    }

    private func isStart(
        _ alike: [Int], of row: SignatureRow, picture: RackPicture, isSilent: Bool
    ) -> Bool {
        !isSilent && !picture.isSettling
            && alike.count >= row.startCount(expected: picture.judged.count)
    }

    /// Judged members that began to show the row within its window.
    private func affectedAnew(
        by index: UInt8, row: SignatureRow, picture: RackPicture
    ) -> [Int] {
        let showing = picture.judged.filter { picture.members[$0].onset(of: index) != nil }
        let onsets = showing.compactMap { picture.members[$0].onset(of: index) }
        return CorrelationWindow.largestGroup(of: onsets, within: row.window).map { showing[$0] }
    }

    /// Members that show the row since its incident or later; silence does not erase a sign.
    private func affectedStill(
        by index: UInt8, _ incident: Incident, row: SignatureRow, picture: RackPicture
    ) -> [Int] {
        let start = CorrelationOnset(arrival: incident.sinceElapsed, wall: incident.since)
        return picture.expected.filter {
            picture.members[$0].onset(of: index)?.isWithin(row.window, of: start) ?? false
        }
    }

    private func opinion(
        of row: SignatureRow, _ active: Incident?, affected: [Int], picture: RackPicture
    ) -> RackOpinion {
        let variant = variant(of: row, shownBy: affected, in: picture)
        let total = picture.expected.count
        let since = active?.since ?? onset(of: row, affected: affected, picture: picture)
        let finding = Finding(
            kind: row.kind, subject: row.subject, severity: row.severity,
            summary: "\(row.title): \(affected.count) of \(total) servers \(row.phrase).",
            cause: variant.cause, candidates: variant.candidates,
            evidence: evidence(of: row, affected: affected, total: total, picture: picture),
            extent: IncidentExtent(
                children: affected.count, serversAffected: affected.count, serversTotal: total),
            since: since, hold: picture.interval,
            clearDelay: Self.clearIntervals * picture.interval)
        return RackOpinion(state: .bad, finding: finding, affected: affected, folds: row.folds)
    }

    private func onset(
        of row: SignatureRow, affected: [Int], picture: RackPicture
    ) -> Timestamp {
        let index = table.likeness.firstIndex(of: row).map { UInt8($0) }
        let onsets = affected.compactMap { member in
            index.flatMap { picture.members[member].onset(of: $0) }
        }
        return CorrelationWindow.earliest(of: onsets)?.wall ?? picture.wall
    }

    /// The count against its limit, and the median of each digest measure that the row names.
    private func evidence(
        of row: SignatureRow, affected: [Int], total: Int, picture: RackPicture
    ) -> [Evidence] {
        var evidence = [
            Evidence(
                metric: "servers.alike", value: Double(affected.count), unit: "servers",
                limit: Double(row.startCount(expected: total)))
        ]
        for measure in Digest.Measure.allCases where row.mentions(measure) {
            let values = affected.compactMap { picture.members[$0].status.digest[measure] }.sorted()
            guard !values.isEmpty else { continue }
            evidence.append(
                Evidence(
                    metric: measure.metric, value: values[values.count / 2],
                    unit: MetricDefinition.named(measure.metric).unit.rawValue))
        }
        return Array(evidence.prefix(Limits.evidencePerIncidentMax))
    }

    // MARK: disagreement

    /// Two rows that begin on mostly the same members disagree: one incident, unknown cause.
    private func disagreements(
        in opinions: [RackOpinion], picture: RackPicture
    ) -> [RackOpinion] {
        let mixed = picture.incident(.rackCommonCause, Self.mixedSubject)
        let fresh = opinions.indices.filter { index in
            let finding = opinions[index].finding
            let phase = picture.incident(finding.kind, finding.subject)?.phase
            return opinions[index].state == .bad && (phase == nil || phase == .pending)
        }
        guard fresh.count > 1 || (mixed != nil && !fresh.isEmpty) else {
            return opinions + (mixed.map { [overMixed($0, picture: picture)] } ?? [])
        }
        guard mixed != nil || overlaps(fresh.map { Set(opinions[$0].affected) }) else {
            return opinions
        }
        let parts = fresh.map { opinions[$0] }
        var result = opinions.enumerated().filter { !fresh.contains($0.offset) }.map(\.element)
        for part in parts where picture.incident(part.finding.kind, part.finding.subject) != nil {
            result.append(RackOpinion(state: .replaced, finding: part.finding))
        }
        result.append(mixedOpinion(of: parts, mixed, picture: picture))
        return result
    }

    private static let mixedSubject = "signatures"

    /// True when the groups share more than half of the smallest one.
    private func overlaps(_ groups: [Set<Int>]) -> Bool {
        guard let first = groups.first else { return false }
        let shared = groups.dropFirst().reduce(first) { $0.intersection($1) }
        return shared.count * 2 > groups.map(\.count).min() ?? 0
    }

    private func mixedOpinion(
        of parts: [RackOpinion], _ active: Incident?, picture: RackPicture
    ) -> RackOpinion {
        let affected = Set(parts.flatMap(\.affected)).sorted()
        let total = picture.expected.count
        let candidates = parts.flatMap { part in
            part.finding.candidates.map {
                CauseCandidate(
                    cause: $0.cause, likelihood: $0.likelihood / Double(max(parts.count, 1)))
            }
        }
        let kinds = parts.map(\.finding.kind.rawValue).joined(separator: " and ")
        let finding = Finding(
            kind: .rackCommonCause, subject: Self.mixedSubject,
            severity: parts.map(\.finding.severity).max() ?? .error,
            summary: "Unknown, common cause: \(affected.count) of \(total) servers show \(kinds) "
                + "at once.",
            cause: .unknown, candidates: Array(candidates.prefix(Limits.candidatesPerIncidentMax)),
            evidence: parts.flatMap(\.finding.evidence),
            extent: IncidentExtent(
                children: affected.count, serversAffected: affected.count, serversTotal: total),
            since: active?.since ?? parts.map(\.finding.since).min() ?? picture.wall,
            hold: picture.interval, clearDelay: Self.clearIntervals * picture.interval)
        return RackOpinion(
            state: .bad, finding: finding, affected: affected, folds: parts.flatMap(\.folds))
    }

    private func overMixed(_ incident: Incident, picture: RackPicture) -> RackOpinion {
        let seconds = (picture.wall - incident.since).rawValue / 1000
        return RackOpinion(
            state: .over,
            finding: Finding(
                kind: incident.kind, subject: incident.subject, severity: incident.severity,
                summary: "The common cause is over after \(seconds) s.", cause: incident.cause,
                candidates: incident.candidates, evidence: incident.evidence,
                extent: incident.extent, since: incident.since))
    }
}

extension SignatureRow {
    /// Whether one of the row's signs reads this measure.
    package func mentions(_ measure: Digest.Measure) -> Bool {
        signs.contains { sign in
            sign.contains { condition in
                switch condition {
                case .incident, .absent: false
                case .above(let named, _), .below(let named, _), .risen(let named, _),
                    .fallen(let named, _), .steady(let named):
                    named == measure
                }
            }
        }
    }
}
