import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("a silent rack")
    struct SilentRackTests {
        @Test("a silent rack is one page, named exactly, and its repair resolves it")
        func onePage() async throws {
            let cluster = try await Cluster.serving()
            let client = cluster.client
            let fleet = try Fleet(dc: "site", racks: 4, serversPerRack: 8)
            try fleet.commission(by: client)
            let reader = AlertReader(cluster.endpoint)
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("the data center is healthy") {
                try client.unhealthyRacks(fleet.dc).verdict == .healthy
            }

            let broken = fleet.racks[1]
            reports.silence(broken.servers)
            // Half of the rack is enough for the incident; the others follow as they fall due.
            let found = try await eventually("a rack is unhealthy, all of it", within: 60) {
                let document = try client.unhealthyRacks(fleet.dc)
                let affected = document.racks.map(\.serversAffected).reduce(0, +)
                return affected < broken.servers.count ? nil : document
            }
            #expect(found.racks.map(\.key) == [broken.rack.description])
            #expect(found.racks.first?.kind == "rack-unreachable")
            #expect(found.racks.first?.serversAffected == broken.servers.count)
            #expect(found.dc == fleet.dc.description)
            #expect(found.request != nil, "the answer names its request")
            #expect(!found.healthy)
            let said = try await cluster.twinctl("unhealthy-racks", "--exit-code")
            #expect(said.status == 2)
            #expect(said.text.contains("site is UNHEALTHY: 1 of 4 racks, 0 unknown"))
            #expect(said.text.contains("\(broken.rack)"))

            reports.revive(broken.servers)
            try await eventually("the repaired rack is healthy again", within: 60) {
                let document = try client.unhealthyRacks(fleet.dc)
                return document.racks.isEmpty && document.healthy
            }
            let after = try await cluster.twinctl("unhealthy-racks", "--exit-code")
            #expect(after.status == 0, "\(after.text)")
            let incident = try #require(found.racks.first?.incident)
            try await eventually("the incident is told to be resolved") {
                try reader.alerts().contains { alert in
                    alert.incident?.id == incident && alert.change == "resolved"
                }
            }
            _ = try await reports.finish()
            let pages = try await reader.finish().filter(\.pages)
            #expect(pages.map(\.change) == ["opened", "resolved"])
            #expect(Set(pages.map(\.address)) == ["rack/\(broken.rack)"])
        }
    }
}
