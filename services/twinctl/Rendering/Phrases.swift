import TwinCore
import TwinWire

/// Parts of sentences that several answers share.
enum Phrases {
    /// A cause as people call it; a word this code has never met stays itself.
    static func cause(_ word: String) -> String {
        IncidentCause(rawValue: word)?.phrase ?? word
    }

    /// `ToR switch 75 %, rack power 25 %`; empty without candidates.
    static func candidates(_ candidates: [CandidateDocument]) -> String {
        candidates.map { "\(cause($0.cause)) \(HumanNumbers.percent($0.likelihood))" }
            .joined(separator: ", ")
    }

    /// What a rack has and why, short: `unreachable: ToR switch 75 %, power 25 %`.
    ///
    /// In a row about a rack the word rack is not repeated.
    static func rackTrouble(
        kind: String, cause: String?, candidates: [CandidateDocument]
    ) -> String {
        let prefix = "rack"
        let name =
            kind.hasPrefix(prefix + "-") ? String(kind.dropFirst(prefix.count + 1)) : kind
        var reasons = candidates.map {
            (Phrases.cause($0.cause), " \(HumanNumbers.percent($0.likelihood))")
        }
        if let cause { reasons = [(Phrases.cause(cause), "")] }
        let why = reasons.map { phrase, likelihood in
            let short = phrase.hasPrefix(prefix + " ") ? String(phrase.dropFirst(5)) : phrase
            return short + likelihood
        }
        let what = name.split(separator: "-").joined(separator: " ")
        return why.isEmpty ? what : "\(what): \(why.joined(separator: ", "))"
    }

    /// Why an incident does not page: `fold rack/dc1-r07:1`, `acknowledged by ana`.
    static func mutes(_ mutes: [MuteDocument]) -> Table.Cell {
        guard !mutes.isEmpty else { return .none }
        let reasons = mutes.map { mute in
            switch (mute.by, mute.ref, mute.owner) {
            case ("acknowledgement", _, let owner?): "acknowledged by \(owner)"
            case (_, let ref?, _): "\(mute.by) \(ref)"
            case (_, nil, _): mute.by
            }
        }
        return Table.Cell(reasons.joined(separator: ", "), .faint)
    }

    /// The first facts of an incident: `8 reports absent (limit 3)`,
    /// `nvme3n1 system.disk.latency 85.0 ms (expected 0.4 ms–1.2 ms)`.
    static func evidence(_ evidence: [EvidenceDocument]) -> String {
        evidence.prefix(2).map(fact).joined(separator: "; ")
    }

    private static func fact(_ fact: EvidenceDocument) -> String {
        let value = MetricText.measured(fact.value, fact.unit)
        var words = [fact.device, fact.metric, value].compactMap { $0 }
        // Our own measures begin with their unit: `reports.absent` of 8 reports.
        if !fact.unit.isEmpty, fact.metric.hasPrefix(fact.unit + ".") {
            words = [value, String(fact.metric.dropFirst(fact.unit.count + 1))]
        }
        if let limit = fact.limit {
            words.append("(limit \(MetricText.limit(limit, fact.unit)))")
        } else if fact.expectedLow != nil || fact.expectedHigh != nil {
            let range = MetricText.pair(
                fact.expectedLow, fact.expectedHigh, fact.unit, separator: "–")
            words.append("(expected \(range))")
        }
        return words.joined(separator: " ")
    }

    /// How a status or verdict word is meant.
    static func role(ofStatus word: String) -> Palette.Role? {
        switch word {
        case "healthy", "ok": .good
        case "unhealthy", "failing", "missing", "gone", "lost": .bad
        case "unknown", "degraded", "late", "suspect", "recovering": .warning
        default: nil
        }
    }

    /// A severity as a cell.
    static func severity(_ severity: Severity) -> Table.Cell {
        switch severity {
        case .critical, .error: Table.Cell(severity.name, .bad)
        case .warning: Table.Cell(severity.name, .warning)
        case .info: Table.Cell(severity.name)
        }
    }

    /// `dc1 › row 2 › dc1-r07 › slot 12`; nil when nothing is known.
    static func place(_ location: LocationDocument) -> String? {
        let parts = [
            location.dc, location.row.map { "row \($0)" }, location.rack,
            location.slot.map { "slot \($0)" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " › ")
    }

    /// Labels in the order people look for them; row and slot are part of the place.
    static func labels(_ labels: [String: String]) -> String {
        let first = ["feed", "zone", "switch", "model"].filter { labels[$0] != nil }
        let rest = labels.keys.filter { !first.contains($0) && $0 != "row" && $0 != "slot" }
        return (first + rest.sorted()).map { "\($0)=\(labels[$0, default: ""])" }
            .joined(separator: " ")
    }
}
