import Testing
import TwinCore

/// Every row of the signature table, injected into the members of one rack.
@Suite("Signatures of one rack")
struct SignatureTableTests {
    @Test("A dead ToR switch is one incident that opens saying 40 of 40 and names the switch")
    func torDown() throws {
        var bench = RackBench()
        bench.silence(0..<40)
        bench.pass(seconds: 60)
        let opened = try #require(bench.openedPages.first?.incident?.incident)
        #expect(bench.openedPages.count == 1)
        #expect(opened.kind == .rackUnreachable)
        #expect(opened.severity == .critical)
        #expect(opened.summary.contains("40 of 40 servers silent within 9.8 s"))
        #expect(
            opened.candidates == [
                CauseCandidate(cause: .torSwitch, likelihood: 0.75),
                CauseCandidate(cause: .rackPower, likelihood: 0.25),
            ])
        #expect(opened.candidates.map(\.cause) == [.torSwitch, .rackPower])
        #expect(opened.extent.serversAffected == 40)

        bench.recover(0..<40)
        let updated = try #require(bench.last(.updated))
        #expect(updated.number == opened.number)
        #expect(updated.cause == .torSwitch)
        #expect(updated.summary == "40 of 40 back, uptime unchanged.")
        bench.pass(seconds: 60)
        #expect(bench.last(.resolved)?.cause == .torSwitch)
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.book.highestNumber == 1)
    }

    @Test("A silence of 2 to 10 minutes with all back together is a reboot of the switch")
    func torReboot() throws {
        var bench = RackBench()
        bench.silence(0..<40)
        bench.pass(seconds: 240)
        bench.recover(0..<40)
        let updated = try #require(bench.last(.updated))
        #expect(updated.cause == .torReboot)
    }

    @Test("Members that boot anew on return tell of rack power, in the same incident")
    func rackPower() throws {
        var bench = RackBench()
        bench.silence(0..<40, spreadSeconds: 3)
        bench.pass(seconds: 240)
        bench.recover(0..<40, boot: .rebooted, buffered: false, spreadSeconds: 40)
        bench.pass(seconds: 120)
        let causes = bench.alerts.compactMap { $0.incident?.incident.cause }
        #expect(causes.last == .rackPower)
        #expect(bench.rack.book.highestNumber == 1)
        #expect(bench.openedPages.count == 1)
    }

    @Test("A last report with supplies off makes rack power the likelier candidate")
    func suppliesOffBeforeSilence() throws {
        var bench = RackBench()
        bench.fail(0..<40, .powerSupply, severity: .critical)
        bench.silence(0..<40, spreadSeconds: 3)
        bench.pass(seconds: 30)
        let incident = try #require(bench.rack.book.incident(.rackUnreachable))
        #expect(incident.candidates.first == CauseCandidate(cause: .rackPower, likelihood: 0.9))
    }

    @Test("Supplies going off just before the silence are evidence, not a second incident")
    func powerGoesFirst() {
        var bench = RackBench()
        bench.fail(0..<40, .powerSupply, severity: .critical)
        bench.pass(seconds: 5)
        bench.silence(0..<40, spreadSeconds: 2)
        bench.pass(seconds: 60)
        #expect(bench.openKinds == [.rackUnreachable])
        #expect(bench.openedPages.count == 1)
    }

    @Test("Returns that disagree are said to be unknown, never guessed")
    func mixedReturns() throws {
        var bench = RackBench()
        bench.silence(0..<40)
        bench.pass(seconds: 60)
        bench.recover(0..<20, boot: .same)
        bench.recover(20..<40, boot: .rebooted, buffered: false)
        bench.pass(seconds: 60)
        let resolved = try #require(bench.last(.resolved))
        #expect(resolved.cause == .unknown)
    }

    @Test("Thirty servers at 1.5 % drops, none over its limit, are a degraded switch")
    func torDegradedByDigest() throws {
        var bench = RackBench()
        bench.measure(0..<30, [.dropped: 0.015])
        bench.pass(seconds: 30)
        let incident = try #require(bench.rack.book.incident(.rackNetworkDegraded))
        #expect(incident.phase == .open)
        #expect(incident.cause == .torSwitchDegraded)
        #expect(incident.extent.serversAffected == 30)
        #expect(bench.rack.verdict == .unhealthy)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Retransmits of many members are a degraded switch")
    func torDegradedByRetransmits() {
        var bench = RackBench()
        bench.fail(0..<15, .retransmits)
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackNetworkDegraded)?.cause == .torSwitchDegraded)
        #expect(bench.rack.members[3].folds.entries.count == 1)
    }

    @Test("Supplies off on every other server are a lost feed")
    func feedLost() {
        var bench = RackBench()
        bench.fail(stride(from: 0, to: 40, by: 2), .powerSupply, severity: .critical)
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackPowerDegraded)?.cause == .powerFeed)
    }

    @Test("Volts and frequency down while the margin stays are degraded power, not heat")
    func powerDegraded() {
        var bench = RackBench()
        bench.measure(0..<40, [.voltage: 10.2, .frequencyRatio: 0.5, .throttles: 4])
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackPowerDegraded)?.cause == .powerDegraded)
        #expect(bench.rack.book.incident(.rackCooling) == nil)
    }

    @Test("Fans up first, then a falling margin and throttling, are cooling, not power")
    func cooling() {
        var bench = RackBench()
        bench.measure(0..<40, [.fanSpeed: 9_000])
        #expect(bench.rack.book.incidents.isEmpty)
        bench.pass(seconds: 60)
        bench.measure(0..<40, [.fanSpeed: 11_000, .temperatureMargin: 12])
        bench.pass(seconds: 30)
        bench.measure(0..<40, [.temperatureMargin: 4, .throttles: 5, .frequencyRatio: 0.5])
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackCooling)?.cause == .cooling)
        #expect(bench.rack.book.incident(.rackPowerDegraded) == nil)
        #expect(bench.openedPages.count == 1)
    }

    @Test("Throttling without a known margin is an unknown, common cause")
    func throttlingAlone() {
        var bench = RackBench()
        for index in 0..<40 {
            let now = bench.wall
            bench.tell(index) {
                $0.digest.set(.temperatureMargin, to: nil)
                $0.open(.throttling, severity: .error, at: now)
            }
        }
        bench.pass(seconds: 30)
        let incident = bench.rack.book.incident(.rackCommonCause, subject: "throttling")
        #expect(incident?.cause == .unknown)
        #expect(incident?.candidates.map(\.cause) == [.cooling, .powerDegraded])
    }

    @Test("Heat and power on the same members at once are one unknown, common cause")
    func disagreement() throws {
        var bench = RackBench()
        for index in 0..<40 {
            let now = bench.wall
            bench.tell(index) {
                $0.open(.temperature, severity: .error, at: now)
                $0.open(.voltage, severity: .error, at: now)
            }
        }
        bench.pass(seconds: 30)
        #expect(bench.openKinds == [.rackCommonCause])
        let incident = try #require(bench.rack.book.incidents.first)
        #expect(incident.cause == .unknown)
        #expect(bench.openedPages.count == 1)
        #expect(bench.rack.members.allSatisfy { $0.folds.entries.count == 2 })
        for index in 0..<40 {
            bench.tell(index) {
                $0.close(.temperature)
                $0.close(.voltage)
            }
        }
        bench.pass(seconds: 60)
        #expect(bench.rack.book.incidents.isEmpty)
    }

    @Test(
        "Neighbouring signatures on the same members are told as both or as unknown",
        arguments: [
            (IncidentKind.retransmits, IncidentKind.powerSupply),
            (.powerSupply, .temperature), (.retransmits, .temperature),
        ])
    func neighbours(first: IncidentKind, second: IncidentKind) {
        for both in [true, false] {
            var bench = RackBench()
            bench.fail(0..<20, first)
            bench.pass(seconds: 3)
            bench.fail(both ? 0..<20 : 20..<40, second)
            bench.pass(seconds: 30)
            let causes = bench.rack.book.incidents.map(\.cause)
            if both {
                #expect(causes == [.unknown])
            } else {
                #expect(causes.count == 2 && !causes.contains(.unknown))
            }
        }
    }

    @Test(
        "One bad NIC, supply, fan, disk or DIMM is no rack incident",
        arguments: [
            IncidentKind.packetDrops, .networkErrors, .linkDown, .powerSupply, .temperature,
            .filesystemReadonly, .memoryErrorsUncorrected, .missingReport,
        ])
    func oneServerAlone(kind: IncidentKind) {
        var bench = RackBench()
        bench.fail([5], kind, severity: .critical)
        bench.pass(seconds: 900)
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.verdict == .healthy)
    }

    @Test("Silence of one agent version among heard ones is no unreachable rack")
    func agentFault() throws {
        var bench = RackBench()
        for index in 0..<10 { bench.tell(index) { $0.agentVersion = "1.1.0" } }
        bench.silence(0..<10)
        bench.pass(seconds: 60)
        #expect(bench.rack.book.incident(.rackUnreachable) == nil)
        let incident = try #require(
            bench.rack.book.incident(.rackCommonCause, subject: "reporter"))
        #expect(incident.candidates.first?.cause == .agentVersion)
        #expect(bench.rack.status?.reporters.map(\.silent) == [0, 10])
        #expect(bench.rack.members[2].folds.entries.count == 1)
    }

    @Test("After an outage the shaken network does not open a second incident")
    func returnIsNoNewTrouble() {
        var bench = RackBench()
        bench.silence(0..<40)
        bench.pass(seconds: 60)
        bench.recover(0..<40)
        bench.measure(0..<40, [.retransmits: 0.2])
        bench.pass(seconds: 40)
        bench.measure(0..<40, [.retransmits: 0.003])
        bench.pass(seconds: 600)
        #expect(bench.rack.book.highestNumber == 1)
    }
}
