import ArgumentParser
import Foundation
import SimulatedFleet
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("simulate")
struct SimulateTests {
    /// Nobody listens here: what needs no cluster must not notice.
    private static let nobody = ["TWIN_BROKER": "tcp://127.0.0.1:1"]

    private func run(_ line: String) throws -> (status: TwinClient.ExitStatus, told: Told) {
        let told = Told()
        let arguments = line.split(separator: " ").map(String.init)
        let command = try #require(try Twinctl.parseAsRoot(arguments) as? any TwinctlCommand)
        return (command.execute(output: told.output, environment: Self.nobody), told)
    }

    @Test("offline, a failed switch is found once, with its cause, and the run says so")
    func offline() throws {
        let (status, told) = try run(
            "simulate --offline --racks 3 --servers-per-rack 6 --fault tor:dc1-r02@1m+2m "
                + "--duration 8m --json")
        #expect(status == .ok)
        let document = try decoded(told.answers.joined())
        #expect(document.offline)
        #expect(document.servers == 18)
        #expect(document.simulatedSeconds == 480)
        let score = try #require(document.score)
        #expect(score.expected == 1)
        #expect(score.found == 1)
        #expect(score.causesRight == 1)
        #expect(score.pages == 1)
        #expect(score.falseAlerts.isEmpty)
        #expect(told.notes.contains { $0.contains("fault begins: tor at rack/dc1-r02, for 2 min") })
        #expect(told.notes.contains { $0.contains("fault ends: tor at rack/dc1-r02") })
    }

    @Test("the same seed gives the same answer")
    func seeded() throws {
        let line = "simulate --offline --racks 2 --servers-per-rack 4 --duration 5m --json --seed 9"
        #expect(try run(line).told.answers == run(line).told.answers)
    }

    @Test("the truth file is written, and names what should be found")
    func truth() throws {
        let path = NSTemporaryDirectory() + "truth-\(UUID().uuidString).json"
        defer { unsafe unlink(path) }
        let (status, _) = try run(
            "simulate --offline --racks 2 --servers-per-rack 4 --duration 2m "
                + "--fault tor:dc1-r02@30s+60s --truth \(path)")
        #expect(status == .ok)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("\"address\":\"rack/dc1-r02\""))
        #expect(text.contains("rack-unreachable"))
    }

    @Test(
        "what cannot be simulated is a usage error that says what can",
        arguments: [
            ("simulate --offline --racks 0", "--racks: wanted 1 to"),
            ("simulate --offline --interval 10ms", "--interval: wanted 1s to 1h"),
            ("simulate --offline --fault tor:dc1-r99@1s+1s", "dc1-r01 to dc1-r10"),
            ("simulate --offline --fault meteor:dc1-r01@1s+1s", "wanted a kind of tor"),
            ("simulate --offline --random-faults 0", "wanted a number above 0"),
            ("simulate --offline --truth /nowhere/truth.json", "--truth /nowhere/truth.json"),
        ])
    func usage(line: String, message: String) throws {
        let (status, told) = try run(line)
        #expect(status == .usage)
        #expect(told.notes.joined().contains(message))
        #expect(told.answers.isEmpty)
    }

    @Test(
        "flags that contradict each other are a usage error",
        arguments: [
            "simulate --speed 10", "simulate --offline --keep", "simulate --offline --speed 0",
        ])
    func contradictions(line: String) {
        do {
            _ = try Twinctl.parseAsRoot(line.split(separator: " ").map(String.init))
            Issue.record("parsed")
        } catch {
            #expect(Twinctl.exitCode(for: error).rawValue == TwinClient.ExitStatus.usage.rawValue)
        }
    }

    @Test("without a broker a live run ends as unavailable, and leaves nothing to tidy up")
    func nobody() throws {
        let (status, told) = try run(
            "simulate --racks 1 --servers-per-rack 1 --duration 1s --timeout 300ms")
        #expect(status == .unavailable)
        #expect(!told.notes.contains { $0.contains("decommissioned") })
    }

    @Test("faults are told once each, in the order of their times")
    func faultWatch() throws {
        let plan = try SimulationPlan(
            dc: "dc1", racks: 3, serversPerRack: 4, interval: .seconds(10), seed: 1,
            faults: ["tor:dc1-r02@20s+60s", "tor:dc1-r01@10s+30s"], randomScale: nil, duration: nil)
        var watch = FaultWatch(plan.faults)
        #expect(watch.advance(to: .seconds(5), name: plan.name).isEmpty)
        #expect(
            watch.advance(to: .seconds(45), name: plan.name) == [
                "fault begins: tor at rack/dc1-r01, for 30 s",
                "fault begins: tor at rack/dc1-r02, for 1 min",
                "fault ends: tor at rack/dc1-r01",
            ])
        #expect(
            watch.advance(to: .seconds(500), name: plan.name) == [
                "fault ends: tor at rack/dc1-r02"
            ])
    }

    private func decoded(_ json: String) throws -> SimulationDocument {
        try JSONDecoder().decode(SimulationDocument.self, from: Data(json.utf8))
    }
}
