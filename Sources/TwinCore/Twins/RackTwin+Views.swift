/// What `get rack` shows.
extension RackTwin {
    /// How many servers have at least one open incident of each kind: servers, not messages.
    /// In the order of `IncidentKind`, kinds without any left out.
    package var histogram: [RackKindCount] {
        IncidentKind.allCases.compactMap { kind in
            let servers = members.count { member in
                member.openIncidents.contains { $0.kind == kind }
            }
            return servers == 0 ? nil : RackKindCount(kind: kind, servers: servers)
        }
    }

    /// Median, p90, maximum and share above half the limit of each digest measure that at least
    /// one member reports.
    package var digest: [RackDigestMeasure] {
        Digest.Measure.allCases.compactMap { measure in
            let values = members.compactMap { $0.status.digest[measure] }.sorted()
            guard let largest = values.last else { return nil }
            let condition = SignatureTable.halfLimit(of: measure)
            let share = condition.map { condition in
                let beyond = members.count {
                    condition.holds(for: $0.status, reference: $0.reference)
                }
                return Double(beyond) / Double(values.count)
            }
            return RackDigestMeasure(
                measure: measure, median: values[values.count / 2],
                p90: values[min(values.count * 9 / 10, values.count - 1)], max: largest,
                shareAboveHalfLimit: share)
        }
    }
}

/// How many servers of a rack have an open incident of one kind.
package struct RackKindCount: Equatable, Sendable {
    package let kind: IncidentKind
    package let servers: Int

    package init(kind: IncidentKind, servers: Int) {
        self.kind = kind
        self.servers = servers
    }
}

/// How one digest measure is spread over the members of a rack; values in the metric's own unit.
package struct RackDigestMeasure: Equatable, Sendable {
    package let measure: Digest.Measure
    package let median: Double
    package let p90: Double
    package let max: Double
    /// Members beyond half of the limit (of a margin: below twice of it); nil without a limit.
    package let shareAboveHalfLimit: Double?
}
