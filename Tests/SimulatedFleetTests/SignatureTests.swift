import SimulatedFleet
import Testing
import TwinCore

@Suite struct FaultSignatureTests {
    @Test("ToR switch down: silence, then buffered reports and an unchanged boot time")
    func torDown() throws {
        let fleet = try fleet("tor:dc1-r03@60s+120s")
        let reports = fleet.reports(during: .minutes(6))
        for server in fleet.topology.servers(inRack: 2) {
            let own = reports.of(server)
            #expect(!own.contains { (60_000..<180_000).contains($0.deliveredAt.rawValue) })
            let kept = own.taken(from: .seconds(60), to: .seconds(180))
            #expect(kept.count == 12)
            #expect(kept.allSatisfy { $0.flags == .buffered })
            for (earlier, later) in zip(own, own.dropFirst()) {
                #expect(later.at > earlier.at)
                #expect(later[.uptime] > earlier[.uptime])
            }
        }
        #expect(reports.of(0).count == 36 || reports.of(0).count == 37)
    }

    @Test("Nothing comes through a switch that is down, late and doubled reports included")
    func torDownIsComplete() throws {
        let unlucky = Imperfections(
            lateShare: 0.5, duplicatedShare: 0.5, reorderedShare: 0.2, skewedShare: 0)
        let fleet = try fleet("tor:dc1-r03@60s+120s", imperfections: unlucky)
        let servers = fleet.topology.servers(inRack: 2)
        let during = fleet.reports(during: .minutes(5)).filter {
            servers.contains($0.server) && (60_000..<180_000).contains($0.deliveredAt.rawValue)
        }
        #expect(during.isEmpty)
    }

    @Test("A switch that is down for an hour costs all but the last quarter of an hour")
    func bufferIsBounded() throws {
        let fleet = try fleet("tor:dc1-r03@60s+1h")
        let own = fleet.reports(during: .hours(2)).of(fleet.topology.servers(inRack: 2).lowerBound)
        let kept = own.filter { $0.flags.contains(.buffered) && $0.at < noon + .minutes(61) }
        #expect((88...90).contains(kept.count))
    }

    @Test("ToR reboot: all back together, and the buffered reports say link down")
    func torReboot() throws {
        let fleet = try fleet("tor-reboot:dc1-r03@60s+3m")
        let reports = fleet.reports(during: .minutes(8))
        let servers = fleet.topology.servers(inRack: 2)
        let returns = servers.compactMap { server in
            reports.of(server).first { $0.deliveredAt > .minutes(2) }?.deliveredAt.rawValue
        }
        #expect(returns.count == servers.count)
        #expect((returns.max() ?? 0) - (returns.min() ?? 0) < 10_000)
        let during = reports.filter { servers.contains($0.server) }
            .taken(from: .seconds(60), to: .seconds(240))
        #expect(during.allSatisfy { $0[.linkUp] == 0 })
    }

    @Test("ToR degraded: retransmits over 10 % on most of the rack, drops on some, reports lost")
    func torDegraded() throws {
        let fleet = try fleet("tor-degraded:dc1-r03@60s+10m", servers: 40)
        let reports = fleet.reports(during: .minutes(11))
        let servers = fleet.topology.servers(inRack: 2)
        let during = reports.filter { servers.contains($0.server) }
            .taken(from: .seconds(60), to: .minutes(11))
        let retransmitting = Set(during.filter { $0[.retransmitRatio] >= 0.1 }.map(\.server))
        let dropping = Set(during.filter { $0[.networkDropped] >= 0.005 }.map(\.server))
        #expect(retransmitting.count >= 12)
        #expect((1..<retransmitting.count).contains(dropping.count))
        #expect(during.count < 40 * 60 - 40)
        let neighbours = reports.filter { !servers.contains($0.server) }
        #expect(neighbours.allSatisfy { $0[.retransmitRatio] < 0.02 })
    }

    @Test(
        "Power lost: a last report with a supply off, silence, then a new boot time",
        arguments: ["rack-power:dc1-r03@60s+120s", "row-power:1@60s+120s"])
    func powerLost(spec: String) throws {
        let fleet = try fleet(spec)
        let reports = fleet.reports(during: .minutes(8))
        let servers = fleet.topology.servers(inRack: 2)
        let own = reports.filter { servers.contains($0.server) }
        #expect(own.contains { $0[.powerSupplyOK] == 0 })
        #expect(own.taken(from: .seconds(65), to: .seconds(180)).isEmpty)
        #expect(own.allSatisfy { !$0.flags.contains(.buffered) })
        for server in servers {
            let back = try #require(own.of(server).first { $0.at >= noon + .seconds(180) })
            #expect(back.flags == .rebooted)
            #expect(back[.uptime] < 10)
            #expect(back[.diskUtilization] > 0.8)
        }
    }

    @Test("One feed lost: a supply off and low volts on every rack of the feed, no other")
    func feedLost() throws {
        let fleet = try fleet("feed:A@60s+5m")
        let during = fleet.reports(during: .minutes(5)).taken(from: .seconds(60), to: .minutes(5))
        for report in during {
            let isOnFeed =
                fleet.topology.feed(ofRack: fleet.topology.rack(of: report.server)) == "A"
            #expect((report[.powerSupplyOK] == 0) == isOnFeed)
            #expect((report[.voltage] < 210) == isOnFeed)
        }
    }

    @Test("Brownout: slower clocks and low volts at unchanged load, the margin stays")
    func brownout() throws {
        let healthy = try fleet().reports(during: .minutes(5)).of(16)
        let sagging = try fleet("brownout:dc1-r03@0s+5m").reports(during: .minutes(5)).of(16)
        #expect(sagging.mean(.frequencyRatio) < 0.7)
        #expect(sagging.mean(.voltage) < 190)
        #expect(sagging.mean(.throttles) > 5)
        #expect(sagging.mean(.cpuUtilization) == healthy.mean(.cpuUtilization))
        #expect(sagging.mean(.temperatureMargin) >= healthy.mean(.temperatureMargin))
        #expect(sagging.allSatisfy { $0[.powerSupplyOK] == 1 })
    }

    @Test("Cooling lost: fans first, then the margin, then throttling, then the top servers")
    func cooling() throws {
        let fleet = try fleet("cooling:cz1@0s+60m", servers: 20)
        let reports = fleet.reports(during: .minutes(60))
        func first(in rack: Int, where isSo: (FleetReport) -> Bool) throws -> Int64 {
            let servers = fleet.topology.servers(inRack: rack)
            let match = reports.first { servers.contains($0.server) && isSo($0) }
            return try #require(match).deliveredAt.rawValue
        }
        let fans = try first(in: 0) { $0[.fanSpeed] > 14_000 }
        let margin = try first(in: 0) { $0[.temperatureMargin] < 10 }
        let throttling = try first(in: 0) { $0[.throttles] > 0 }
        #expect(fans < margin)
        #expect(margin < throttling)
        #expect(
            try first(in: 0) { $0[.temperatureMargin] < 10 }
                < first(in: 9) { $0[.temperatureMargin] < 10 })
        let bottomLast = try #require(reports.of(0).last).deliveredAt
        let topLast = try #require(reports.of(19).last).deliveredAt
        #expect(throttling < topLast.rawValue)
        #expect(topLast < bottomLast)
    }

    @Test("A flaky NIC drops one to ten percent of one server's packets, with the link up")
    func nic() throws {
        let fleet = try fleet("nic:dc1-r02-s03@60s+10m")
        let server = try fleet.index(of: "dc1-r02-s03")
        let during = fleet.reports(during: .minutes(10)).taken(from: .seconds(60), to: .minutes(10))
        #expect((0.02...0.11).contains(during.of(server).mean(.networkDropped)))
        #expect(during.of(server).mean(.networkErrors) > 0.01)
        #expect(during.allSatisfy { $0[.linkUp] == 1 })
        #expect(during.allSatisfy { $0.server == server || $0[.networkDropped] < 0.001 })
    }

    @Test("A dying fan slows down over minutes and heats one server")
    func fan() throws {
        let fleet = try fleet("fan:dc1-r02-s03@0s+40m")
        let own = fleet.reports(during: .minutes(40)).of(try fleet.index(of: "dc1-r02-s03"))
        let early = own.taken(from: .zero, to: .minutes(1))
        let later = own.taken(from: .minutes(20), to: .minutes(40))
        #expect(later.mean(.fanSpeed) < early.mean(.fanSpeed) / 3)
        #expect(later.mean(.temperatureMargin) < 5)
        #expect(early.mean(.temperatureMargin) > 20)
    }

    @Test("A failing disk gets ten times slower and busy all the time")
    func disk() throws {
        let fleet = try fleet("disk:dc1-r02-s03@0s+30m")
        let own = fleet.reports(during: .minutes(30)).of(try fleet.index(of: "dc1-r02-s03"))
        let later = own.taken(from: .minutes(15), to: .minutes(30))
        #expect(later.mean(.diskUtilization) > 0.99)
        #expect(later.mean(.diskLatency) > 0.02)
        #expect(later.mean(.cpuIowait) > 0.4)
    }

    @Test("A failing DIMM: corrected errors, then uncorrected ones, then a reset that clears them")
    func dimm() throws {
        let fleet = try fleet("dimm:dc1-r02-s03@0s+100m")
        let own = fleet.reports(during: .minutes(100)).of(try fleet.index(of: "dc1-r02-s03"))
        let corrected = try #require(own.first { $0[.errorsCorrected] > 0 }).at
        let uncorrected = try #require(own.first { $0[.errorsUncorrected] > 0 }).at
        let reset = try #require(own.first { $0.flags.contains(.rebooted) })
        #expect(corrected < uncorrected)
        #expect(uncorrected < reset.at)
        #expect(reset[.errorsUncorrected] == 0)
    }

    @Test("A reboot returns with a new boot time; a crashed agent does not, and kept nothing")
    func silentServers() throws {
        let fleet = try fleet("reboot:dc1-r01-s01@60s+4m", "agent:dc1-r01-s02@60s+4m")
        let reports = fleet.reports(during: .minutes(8))
        for server in 0...1 {
            #expect(reports.of(server).taken(from: .seconds(60), to: .minutes(5)).isEmpty)
        }
        let back = try (0...1).map { server in
            try #require(reports.of(server).first { $0.at >= noon + .minutes(5) })
        }
        #expect(back[0].flags == .rebooted)
        #expect(back[0][.uptime] < 10)
        #expect(back[1].flags == [])
        #expect(back[1][.uptime] > 3_600)
    }

    @Test("A dead relay silences its servers in every rack, but no whole rack")
    func collector() throws {
        let fleet = try fleet("collector:relay-2@60s+2m")
        let topology = fleet.topology
        let during = fleet.reports(during: .minutes(2)).filter { $0.deliveredAt > .seconds(60) }
        let heard = Set(during.map(\.server))
        for server in topology.serverKeys.indices {
            #expect(heard.contains(server) == (topology.relay(of: server) != "relay-2"))
        }
        #expect(Set(heard.map(topology.rack(of:))).count == 10)
    }

    @Test("A skewed clock puts reports more than a minute ahead")
    func clockSkew() throws {
        let fleet = try fleet("clock-skew:dc1-r01-s01@60s+2m")
        let own = fleet.reports(during: .minutes(4)).of(0)
        #expect(own.filter { $0.at > noon + $0.deliveredAt + .seconds(60) }.count == 12)
    }
}
