import Testing
import TwinCore

@Suite("A shard's metric sets")
struct ServerMetricSetTests {
    private static func intern(_ names: [String], in sets: inout MetricSets) throws -> MetricSet {
        let set = sets.intern(names)
        return try #require(set)
    }

    @Test("give the same names the same id, in the order of their first use")
    func interning() {
        var sets = MetricSets()
        #expect(sets.intern(["a", "b"])?.id == 0)
        #expect(sets.intern(["b", "a"])?.id == 1)
        #expect(sets.intern(["a", "b"])?.id == 0)
        #expect(sets.count == 2)
        #expect(sets[1]?.names == ["b", "a"])
        #expect(sets[2] == nil)
    }

    @Test("refuse the same name twice, a 65th metric and a set too many")
    func limits() {
        var sets = MetricSets()
        #expect(sets.intern(["a", "a"]) == nil)
        #expect(sets.intern((0...64).map { "m\($0)" }) == nil)
        for index in 0..<Limits.metricSetsPerShardMax { _ = sets.intern(["m\(index)"]) }
        #expect(sets.intern(["one.more"]) == nil)
        #expect(sets.intern(["m17"])?.id == 17)
    }

    @Test("unite two sets, the held names first")
    func union() throws {
        var sets = MetricSets()
        let first = try Self.intern(["a", "b"], in: &sets)
        let second = try Self.intern(["b", "c"], in: &sets)
        let both = sets.union(first, second)
        #expect(both.names == ["a", "b", "c"])
        #expect(sets.union(both, second) == both)
        #expect(sets.union(.empty, second) == second)
        #expect(sets.union(first, first) == first)
    }

    @Test("keep the reported names when 64 are not enough")
    func crowded() throws {
        var sets = MetricSets()
        let held = try Self.intern((0..<60).map { "old\($0)" }, in: &sets)
        let reported = try Self.intern((0..<10).map { "new\($0)" }, in: &sets)
        let names = sets.union(held, reported, keeping: ["old59"]).names
        #expect(names == reported.names + ["old59"])
        #expect(sets.union(held, reported).count == Limits.metricsPerServerMax)
    }

    @Test("know the column of every rule and measure")
    func columns() throws {
        let set = MetricSet(id: 0, names: ServerBench.names)
        #expect(set.column(of: Digest.Measure.dropped) == 4)
        #expect(set.column(of: Digest.Measure.power) == nil)
        #expect(set.uptimeColumn == 9)
        #expect(set.windowColumns == 9)
        for rule in HealthRules.all.indices {
            #expect(set.column(ofRule: rule) == set.column(of: HealthRules.all[rule].metric))
        }
    }

    @Test("have a rule only for metrics that the catalogue knows, mildest level first")
    func rules() {
        for rule in HealthRules.all {
            #expect(MetricCatalogue.definition(of: rule.metric) != nil, "\(rule.kind)")
            #expect((1...2).contains(rule.levels.count), "\(rule.kind)")
            for level in rule.levels {
                let isApart =
                    rule.side == .under ? level.leave >= level.enter : level.leave <= level.enter
                #expect(isApart, "\(rule.kind)")
            }
        }
    }
}
