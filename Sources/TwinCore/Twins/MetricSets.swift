/// The metric sets of one shard, by id: a report names its set by two bytes.
///
/// Part of the shard's row. Ids are given in the order of `intern`, never reused. The look-up
/// tables are derived and no part of the state; no iteration over them reaches an effect.
package struct MetricSets: Sendable {
    private var sets: [MetricSet] = []
    private var idByNames: [[String]: UInt16] = [:]
    private var unionByPair: [UInt32: UInt16] = [:]

    package init() {}

    package var count: Int { sets.count }

    /// Every set, in the order of the ids.
    package var all: [MetricSet] { sets }

    /// The set with this id; nil when it was never given.
    package subscript(id: UInt16) -> MetricSet? {
        Int(id) < sets.count ? sets[Int(id)] : nil
    }

    /// The set of exactly these names in this order; nil when it was never made.
    package func find(_ names: [String]) -> MetricSet? {
        idByNames[names].map { sets[Int($0)] }
    }

    /// The set of exactly these names in this order, made when new; nil when the shard has
    /// `Limits.metricSetsPerShardMax` sets already, or the names are too many or not unique.
    package mutating func intern(_ names: [String]) -> MetricSet? {
        if let id = idByNames[names] { return sets[Int(id)] }
        guard sets.count < Limits.metricSetsPerShardMax, names.count <= Limits.metricsPerServerMax,
            Set(names).count == names.count
        else { return nil }
        let set = MetricSet(id: UInt16(sets.count), names: names)
        sets.append(set)
        idByNames[names] = set.id
        return set
    }

    /// The set for a window laid out by `held` that is to take a report in `reported`: `held`
    /// when it has all names, else its names and then the new ones.
    ///
    /// Over 64 names the reported ones win, then those of `kept` (all of `held` when nil), in
    /// their order. When the shard can make no more sets the answer is `reported`.
    package mutating func union(
        _ held: MetricSet, _ reported: MetricSet, keeping kept: [String]? = nil
    ) -> MetricSet {
        if held.id == reported.id || held.count == 0 { return reported }
        let pair = UInt32(held.id) << 16 | UInt32(reported.id)
        if let id = unionByPair[pair] { return sets[Int(id)] }
        let added = reported.names.filter { held.column(of: $0) == nil }
        if added.isEmpty {
            unionByPair[pair] = held.id
            return held
        }
        guard held.count + added.count > Limits.metricsPerServerMax else {
            let set = intern(held.names + added) ?? reported
            unionByPair[pair] = set.id
            return set
        }
        let others = (kept ?? held.names).filter { reported.column(of: $0) == nil }
        let room = Limits.metricsPerServerMax - reported.count
        return intern(reported.names + others.prefix(room)) ?? reported
    }
}

extension MetricSets: Equatable {
    package static func == (left: MetricSets, right: MetricSets) -> Bool {
        left.sets == right.sets
    }
}

extension MetricSets: Codable {
    package init(from decoder: any Decoder) throws {
        self.init()
        let lists = try decoder.singleValueContainer().decode([[String]].self)
        for names in lists where intern(names).map({ Int($0.id) }) != sets.count - 1 {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: """
                        metric sets: wanted at most \(Limits.metricSetsPerShardMax) different \
                        lists of at most \(Limits.metricsPerServerMax) names, found list \
                        \(sets.count) of \(names.count)
                        """))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(sets.map(\.names))
    }
}

extension CodingUserInfoKey {
    /// Where a decoder of server twins finds its shard's `MetricSets`.
    package static let metricSets: CodingUserInfoKey = {
        guard let key = CodingUserInfoKey(rawValue: "metricSets") else {
            preconditionFailure("CodingUserInfoKey refused a constant name")
        }
        return key
    }()
}
