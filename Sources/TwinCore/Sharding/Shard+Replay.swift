/// What recovery found instead of an input that can follow.
package struct ReplayObjection: Equatable, Sendable {
    package let wanted: String
    package let found: String
}

/// What recovery checks before it believes a journalled input: bytes under a good checksum may
/// still be another program's, and a shard that stepped on them would stop with a riddle.
extension Shard {
    /// Why `input` cannot follow what this shard holds; nil when it can. Changes nothing. Cost:
    /// some comparisons.
    package func objection(to input: ShardInput<Twin.Input>) -> ReplayObjection? {
        switch input {
        case .report(let report):
            return slotOfOrdinal[report.ordinal] == nil ? nil : objection(to: report)
        case .birth(let key, let ordinal, let firstIncidentNumber, _):
            guard slotOfOrdinal[ordinal] == nil, !buried.contains(ordinal) else { return nil }
            guard ordinal < .max, firstIncidentNumber < .max else {
                return ReplayObjection(
                    wanted: "an ordinal and an incident number below \(UInt32.max)",
                    found: "\(ordinal) and \(firstIncidentNumber)")
            }
            guard find(key) == nil else {
                return ReplayObjection(wanted: "a new twin", found: "\(Twin.tier)/\(key)")
            }
            return nil
        case .metricSet(let id, let names):
            guard metricSets[id] == nil else { return nil }
            var sets = metricSets
            guard metricSets.find(names) == nil, sets.intern(names)?.id == id else {
                return ReplayObjection(
                    wanted: "metric set \(metricSets.count) of new and different names",
                    found: "set \(id) of \(names.count) names")
            }
            return nil
        case .profile(let id, _):
            guard Int(id) <= profiles.count, Int(id) < Limits.reporterProfilesPerShardMax else {
                return ReplayObjection(
                    wanted: "reporter profile \(profiles.count)", found: "profile \(id)")
            }
            return nil
        case .twin, .observation, .configuration, .childShards, .sourceEpoch,
            .awaitedChildShards, .parentEpoch:
            return nil
        }
    }

    private func objection(to report: ReportInput) -> ReplayObjection? {
        guard Twin.tier == .server else {
            return ReplayObjection(wanted: "an input of a \(Twin.tier)", found: "a report")
        }
        guard let set = metricSets[report.metricSet], metricSets[report.target] != nil,
            Int(report.profile) < profiles.count
        else {
            return ReplayObjection(
                wanted: "metric sets below \(metricSets.count) and a profile below "
                    + "\(profiles.count)",
                found: "\(report.metricSet), \(report.target) and \(report.profile)")
        }
        guard report.values.count == set.count else {
            return ReplayObjection(
                wanted: "\(set.count) values", found: "\(report.values.count)")
        }
        let device = report.devices.first { Int($0.metricIndex) >= set.count }
        return device.map {
            ReplayObjection(
                wanted: "a device of a metric below \(set.count)", found: "\($0.metricIndex)")
        }
    }
}
