import Foundation
import SimulatedFleet
import Testing
import TwinCore

@Suite struct GroundTruthTests {
    @Test("A ToR failure should page once, at its rack, as the switch's fault")
    func tor() throws {
        let truth = GroundTruth(of: try fleet("tor:dc1-r07@30s+120s", servers: 40))
        let only = try #require(truth.incidents.first)
        #expect(truth.incidents.count == 1)
        #expect(only.address.description == "rack/dc1-r07")
        #expect(only.kinds == [.rackUnreachable])
        #expect(only.causes.contains(.torSwitch))
        #expect(only.paging == .pages)
        #expect(only.isRequired)
        #expect(only.start == noon + .seconds(30))
        #expect(only.end > noon + .seconds(150))
    }

    @Test(
        "Each kind of fault belongs to the tier that explains it",
        arguments: [
            ("rack-power:dc1-r01@0s+10m", "rack/dc1-r01", IncidentKind.rackUnreachable),
            ("row-power:1@0s+10m", "dc/dc1", .sharedOutage),
            ("feed:A@0s+10m", "dc/dc1", .sharedDegradation),
            ("feed:dc1-r01@0s+10m", "rack/dc1-r01", .rackPowerDegraded),
            ("cooling:cz1@0s+60m", "dc/dc1", .sharedDegradation),
            ("collector:relay-1@0s+10m", "dc/dc1", .collectorFault),
            ("reboot:dc1-r01-s01@0s+4m", "server/dc1-r01-s01", .missingReport),
        ])
    func tiers(spec: String, address: String, kind: IncidentKind) throws {
        let truth = GroundTruth(of: try fleet(spec))
        let required = truth.incidents.filter(\.isRequired)
        #expect(required.map(\.address.description) == [address])
        #expect(required.first?.kinds.contains(kind) == true)
    }

    @Test("A short reboot pages nobody; a server that stays away does")
    func reboots() throws {
        let short = GroundTruth(of: try fleet("reboot:dc1-r01-s01@0s+4m"))
        let long = GroundTruth(of: try fleet("server:dc1-r01-s01@0s+2h"))
        #expect(short.incidents.map(\.paging) == [.quiet])
        #expect(long.incidents.map(\.paging) == [.pages])
    }

    @Test("The truth file reads back as it was written")
    func roundTrip() throws {
        let truth = GroundTruth(of: try fleet("tor:dc1-r07@30s+120s", "nic:dc1-r01-s01@0s+1h"))
        let bytes = try JSONEncoder().encode(truth)
        #expect(try JSONDecoder().decode(GroundTruth.self, from: bytes) == truth)
    }

    @Test("Random faults come at the domain's rates, the same for the same seed")
    func randomRates() throws {
        let topology = try FleetTopology(rackCount: 50, serversPerRack: 40)
        let year = Milliseconds.hours(24 * 365)
        let scale = 4.0
        let span = Milliseconds(rawValue: year.rawValue / 40)
        let faults = RandomFaults.draw(in: topology, span: span, scale: scale, seed: 3)
        #expect(faults == RandomFaults.draw(in: topology, span: span, scale: scale, seed: 3))
        let reboots = faults.filter { $0.kind == .reboot }
        #expect((150...250).contains(reboots.count))
        #expect((30...90).contains(faults.filter { $0.kind == .agent }.count))
        let medianMinutes = reboots.map(\.duration.rawValue).sorted()[reboots.count / 2] / 60_000
        #expect((3...5).contains(medianMinutes))
        #expect(faults.allSatisfy { $0.end > $0.start })
    }
}
