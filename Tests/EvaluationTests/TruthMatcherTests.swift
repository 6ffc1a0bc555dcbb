import Evaluation
import Foundation
import SimulatedFleet
import Testing
import TwinCore

@Suite struct TruthMatcherTests {
    private let matcher = TruthMatcher()

    @Test("One alert at the right place and time is a match, with its delay")
    func match() throws {
        let score = matcher.score(
            alerts: [try alert("rack/dc1-r07", at: 43, cause: .torSwitch)],
            truths: [try truth("rack/dc1-r07", from: 30, to: 150, causes: [.torSwitch])])
        #expect(score.isPerfect)
        #expect(score.precision == 1)
        #expect(score.recall == 1)
        #expect(score.causeAccuracy == 1)
        #expect(score.delayMedian == .seconds(13))
    }

    @Test("A second alert about the same fault is a false one")
    func secondAlert() throws {
        let score = matcher.score(
            alerts: [try alert("rack/dc1-r07", at: 43), try alert("rack/dc1-r07", at: 60)],
            truths: [try truth("rack/dc1-r07", from: 30, to: 150)])
        #expect(score.matches.count == 1)
        #expect(score.falseAlerts.map(\.openedAt) == [time(60)])
        #expect(score.precision == 0.5)
    }

    @Test(
        "Another place, another kind or another time is no match: one miss and one false alert",
        arguments: [
            ("rack/dc1-r08", 43, IncidentKind.rackUnreachable),
            ("server/dc1-r07", 43, .rackUnreachable),
            ("rack/dc1-r07", 43, .rackCooling),
            ("rack/dc1-r07", 10_000, .rackUnreachable),
            ("rack/dc1-r07", -1_000, .rackUnreachable),
        ])
    func mismatch(address: String, second: Int64, kind: IncidentKind) throws {
        let score = matcher.score(
            alerts: [try alert(address, at: second, kind: kind)],
            truths: [try truth("rack/dc1-r07", from: 30, to: 150)])
        #expect(score.matches.isEmpty)
        #expect(score.missed.count == 1)
        #expect(score.falsePages == 1)
        #expect(score.recall == 0)
    }

    @Test("A page for what should stay quiet is false, and so is silence for what should page")
    func paging() throws {
        for (wanted, pages, isRight) in [
            (TruthEntry.Paging.pages, false, false), (.quiet, true, false), (.either, true, true),
            (.either, false, true), (.pages, true, true), (.quiet, false, true),
        ] {
            let score = matcher.score(
                alerts: [try alert("rack/dc1-r07", at: 43, pages: pages)],
                truths: [try truth("rack/dc1-r07", from: 30, to: 150, paging: wanted)])
            #expect(score.isPerfect == isRight)
        }
    }

    @Test("A by-product may be found but need not be")
    func optional() throws {
        let truths = [try truth("rack/dc1-r07", from: 30, to: 150, isRequired: false)]
        #expect(matcher.score(alerts: [], truths: truths).isPerfect)
        let alerts = [try alert("rack/dc1-r07", at: 43)]
        #expect(matcher.score(alerts: alerts, truths: truths).falseAlerts.isEmpty)
    }

    @Test("Two faults of one rack, close together, are both matched whichever alert comes first")
    func overlapping() throws {
        let truths = [
            try truth("rack/dc1-r07", from: 0, to: 1_000),
            try truth("rack/dc1-r07", from: 0, to: 100),
        ]
        let alerts = [try alert("rack/dc1-r07", at: 90), try alert("rack/dc1-r07", at: 900)]
        #expect(matcher.score(alerts: alerts, truths: truths).isPerfect)
        #expect(matcher.score(alerts: alerts.reversed(), truths: truths.reversed()).isPerfect)
    }

    @Test("A wrong cause is a match but not perfect")
    func wrongCause() throws {
        let score = matcher.score(
            alerts: [try alert("rack/dc1-r07", at: 43, cause: .rackPower)],
            truths: [try truth("rack/dc1-r07", from: 30, to: 150, causes: [.torSwitch])])
        #expect(score.recall == 1)
        #expect(score.causeAccuracy == 0)
        #expect(!score.isPerfect)
    }

    @Test("The simulated fleet's truth file is read as it was written")
    func truthFile() throws {
        let topology = try FleetTopology(rackCount: 10, serversPerRack: 40)
        let fault = try topology.fault(FaultSpec("tor:dc1-r07@30s+120s"))
        let options = FleetOptions(seed: 1, interval: .seconds(10), start: time(0))
        let truth = GroundTruth(of: Fleet(topology: topology, faults: [fault], options: options))
        let file = try JSONDecoder().decode(TruthFile.self, from: JSONEncoder().encode(truth))
        #expect(file.incidents.map(\.address) == truth.incidents.map(\.address))
        #expect(file.incidents.map(\.start) == [time(30)])
        #expect(file.incidents.map(\.paging) == [.pages])
    }

    private func time(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1_000) }

    private func alert(
        _ address: String, at second: Int64, kind: IncidentKind = .rackUnreachable,
        cause: IncidentCause? = nil, pages: Bool = true
    ) throws -> ObservedAlert {
        ObservedAlert(
            address: try TwinAddress(address), kind: kind, cause: cause, openedAt: time(second),
            pages: pages)
    }

    private func truth(
        _ address: String, from start: Int64, to end: Int64, causes: [IncidentCause] = [],
        paging: TruthEntry.Paging = .pages, isRequired: Bool = true
    ) throws -> TruthEntry {
        TruthEntry(
            fault: "tor at \(address)", address: try TwinAddress(address),
            kinds: [.rackUnreachable], causes: causes, start: time(start), end: time(end),
            paging: paging, isRequired: isRequired)
    }
}
