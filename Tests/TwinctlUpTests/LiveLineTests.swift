import Testing
import TwinCore
import TwinWire
import twinctl

struct LiveLineTests {
    /// A cluster that shows no data center, with a dc instance in this state.
    private func line(_ state: StatusDocument.Process.State, twins: Int) throws -> LiveLine {
        let start = try RFC3339(parsing: "2026-07-26T10:51:07Z")
        let processes = [("server-a", Tier.server), ("rack-a", .rack)].map { name, tier in
            StatusDocument.Process(
                name: name, tier: tier, state: .ok, since: start, version: "1.0.0", shards: 256,
                twins: 3, inputsPerSecond: 2)
        }
        let dc = StatusDocument.Process(
            name: "dc-a", tier: .dc, state: state, since: start, version: "1.0.0", shards: 256,
            twins: twins)
        return LiveLine(
            StatusDocument(
                cluster: StatusDocument.Cluster(
                    id: "7f3a91", protocol: 1, upSeconds: 60, shards: ShardCounts(all: 256)),
                datacenters: [], processes: processes + [dc], refused: [:], quarantined: 0,
                warnings: []), givenUp: [])
    }

    @Test("while the dc instance is away the picture is unavailable, not empty")
    func away() throws {
        let line = try line(.lost, twins: 0)
        #expect(
            line.text
                == "▌ data center picture unavailable: dc instance dc-a is away (lost)"
                + " · dc-a lost · 2 reports/s")
        #expect(try line.gist != self.line(.ok, twins: 0).gist)
    }

    @Test("a dc instance that has twins and does not answer is said too")
    func silent() throws {
        #expect(
            try line(.ok, twins: 1).text.hasPrefix(
                "▌ data center picture unavailable: dc instance dc-a does not answer"))
    }

    @Test("nothing is under watch while the dc instance is well and has no twin")
    func empty() throws {
        #expect(try line(.ok, twins: 0).text.hasPrefix("▌ nothing under watch yet"))
    }
}
