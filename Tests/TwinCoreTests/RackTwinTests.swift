import Foundation
import Testing
import TwinCore

@Suite("Rack twin")
struct RackTwinTests {
    // MARK: quorum and the start rule

    @Test("One silent server is no rack outage, however often it is told")
    func oneSilentServer() {
        var bench = RackBench()
        bench.silence([3])
        for _ in 0..<50 { bench.tell(3) { _ in } }
        bench.pass(seconds: 60)
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.histogram.isEmpty)
        #expect(bench.rack.status?.counts.missing == 1)
    }

    @Test("The histogram counts servers, not messages")
    func histogramCountsServers() {
        var bench = RackBench(servers: 5)
        bench.fail([1, 1, 2], .cpuHigh, severity: .warning)
        bench.tell(1) { _ in }
        #expect(bench.rack.histogram == [RackKindCount(kind: .cpuHigh, servers: 2)])
    }

    @Test(
        "Silence starts a rack incident from max(3, half of those expected) on",
        arguments: [(4, 2, false), (4, 3, true), (40, 19, false), (40, 20, true)])
    func startRule(servers: Int, silent: Int, opens: Bool) {
        var bench = RackBench(servers: servers)
        bench.silence(0..<silent)
        bench.pass(seconds: 30)
        #expect((bench.rack.book.incident(.rackUnreachable) != nil) == opens)
    }

    @Test("Silences further apart than two intervals are no rack outage")
    func slowSilence() {
        var bench = RackBench(servers: 6)
        for index in 0..<6 {
            bench.silence([index])
            bench.pass(seconds: 25)
        }
        #expect(bench.rack.book.incident(.rackUnreachable) == nil)
    }

    @Test("A clock step between two onsets does not break the correlation")
    func clockStep() {
        var bench = RackBench(servers: 10)
        bench.silence(0..<4, spreadSeconds: 2)
        bench.wallOffset = 3_600_000
        bench.silence(4..<10, spreadSeconds: 3)
        bench.pass(seconds: 15)
        #expect(bench.rack.book.incident(.rackUnreachable)?.extent.serversAffected == 10)
    }

    @Test("Late delivery of statuses does not break the correlation")
    func lateDelivery() {
        var bench = RackBench(servers: 10)
        let onset = bench.wall
        for index in 0..<10 {
            bench.pass(seconds: 25)
            bench.tell(index) { $0.fallSilent(at: onset) }
        }
        #expect(bench.rack.book.incident(.rackUnreachable) != nil)
    }

    @Test("Members in blind shards leave the quorum; below half the rack is unknown, not healthy")
    func blindShards() {
        var bench = RackBench(servers: 10)
        for index in 0..<6 {
            bench.unheard.insert(
                bench.key(index).shardIndex(shardCount: RackBench.shardCount))
        }
        bench.step(.childShards)
        #expect(bench.rack.verdict == .unknown)
        #expect(bench.rack.unknownReason?.contains("4 of 10 expected members") == true)
        bench.silence(0..<10, spreadSeconds: 1)
        #expect(bench.rack.book.incidents.isEmpty)
        bench.unheard = ShardSet()
        bench.step(.childShards)
        #expect(bench.rack.book.incident(.rackUnreachable) != nil)
    }

    @Test("Blindness does not resolve what burns")
    func blindnessKeepsIncidents() {
        var bench = RackBench(servers: 10)
        bench.silence(0..<10, spreadSeconds: 1)
        bench.pass(seconds: 30)
        bench.unheard = ShardSet(UInt16(0)..<UInt16(RackBench.shardCount))
        bench.step(.childShards)
        bench.pass(seconds: 3_600)
        #expect(bench.rack.book.incident(.rackUnreachable)?.phase == .open)
        #expect(bench.rack.verdict == .unhealthy)
    }

    @Test("Members that joined less than two intervals ago do not vote")
    func joiners() {
        var bench = RackBench(servers: 4)
        bench.pass(seconds: 60)
        for index in 4..<8 {
            let now = bench.wall
            bench.tell(index) { $0.fallSilent(at: now) }
        }
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.status?.counts.judged == 4)
        bench.pass(seconds: 20)
        #expect(bench.rack.status?.counts.judged == 8)
    }

    @Test("Servers gone one by one before do not count among those expected")
    func goneBefore() {
        var bench = RackBench(servers: 8)
        for index in 0..<4 {
            bench.silence([index])
            bench.pass(seconds: 600)
            bench.tell(index) { $0.condition = .gone }
        }
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.status?.counts.expected == 4)
        bench.silence(4..<8, spreadSeconds: 2)
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackUnreachable)?.extent.serversTotal == 4)
    }

    @Test("A new rack is unknown until its members have been there two intervals")
    func newRack() {
        var bench = RackBench(servers: 0)
        #expect(bench.rack.verdict == .unknown)
        for index in 0..<4 { bench.tell(index) { _ in } }
        #expect(bench.rack.verdict == .unknown)
        bench.pass(seconds: 20)
        #expect(bench.rack.verdict == .healthy)
    }

    @Test("Single servers never tip the verdict; a change of verdict never pages")
    func verdict() {
        var bench = RackBench()
        bench.fail(0..<12, .filesystemReadonly, severity: .critical)
        #expect(bench.rack.verdict == .healthy)
        #expect(bench.rack.status?.counts.failing == 12)
        bench.silence(0..<40)
        #expect(bench.rack.verdict == .healthy)
        bench.pass(seconds: 30)
        #expect(bench.rack.verdict == .unhealthy)
        let verdicts = bench.alerts.filter { $0.change == .verdict }
        #expect(verdicts.map(\.verdict) == [.unhealthy])
        #expect(verdicts.allSatisfy { !$0.pages })
    }

    // MARK: folds

    @Test("A pending rack incident folds its members; they are unfolded when it is resolved")
    func foldAndUnfold() throws {
        var bench = RackBench()
        bench.silence(0..<40)
        let incident = try #require(bench.rack.book.incident(.rackUnreachable))
        #expect(incident.phase == .pending)
        let parent = IncidentID(address: bench.rack.book.address, number: incident.number)
        #expect(
            bench.rack.members.allSatisfy {
                $0.folds.entries == [FoldEntry(child: 1, parent: parent)]
            })
        #expect(bench.rack.owedChildren.count == 40)
        for index in 0..<40 { bench.tell(index) { _ in } }
        #expect(bench.rack.owedChildren.isEmpty)

        bench.pass(seconds: 60)
        bench.recover(0..<37)
        bench.pass(seconds: 120)
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.rack.members.allSatisfy { $0.folds.entries.isEmpty })
        #expect(bench.rack.owedChildren.isEmpty == false)
    }

    @Test("A folded incident that gets worse is folded anew under a newer version")
    func escalationIsFoldedAnew() throws {
        var bench = RackBench()
        bench.silence(0..<40)
        bench.pass(seconds: 600)
        let before = bench.rack.members[0].folds
        let now = bench.wall
        bench.tell(0) {
            $0.condition = .gone
            $0.conditionSince = now
            $0.incidents[0].severity = .error
        }
        let after = bench.rack.members[0].folds
        #expect(after.entries == before.entries)
        #expect(after.version > before.version)
    }

    @Test("An incident that is older than the rack's is not folded")
    func oldIncidentsAreNotFolded() {
        var bench = RackBench()
        bench.fail([0], .retransmits)
        bench.pass(seconds: 7_200)
        bench.fail(1..<20, .retransmits)
        bench.pass(seconds: 30)
        #expect(bench.rack.book.incident(.rackNetworkDegraded)?.phase == .open)
        #expect(bench.rack.members[0].folds.entries.isEmpty)
        #expect(bench.rack.members[1].folds.entries.count == 1)
    }

    @Test("A rack's maintenance covers its members and mutes its own pages")
    func maintenance() throws {
        var bench = RackBench()
        let window = MaintenanceWindow(
            id: "m1", owner: "ana", reason: "new switch", from: bench.wall,
            until: bench.wall + .hours(1))
        bench.step(.command(.setMaintenance(window)))
        let inherited = InheritedMaintenance(address: bench.rack.book.address, window: window)
        #expect(bench.rack.members.allSatisfy { $0.folds.maintenance == inherited })
        #expect(bench.rack.status?.isInMaintenance == true)
        bench.silence(0..<40)
        bench.pass(seconds: 60)
        #expect(bench.pages.isEmpty)
        #expect(bench.rack.book.incident(.rackUnreachable)?.phase == .open)
        bench.pass(seconds: 3_600)
        bench.step(.timer)
        #expect(bench.rack.members.allSatisfy { $0.folds.maintenance == nil })
        #expect(bench.pages.count == 1)
    }

    // MARK: members

    @Test("The first good status of a healthy server is just a member")
    func firstOk() {
        var bench = RackBench(servers: 0)
        bench.tell(0) { _ in }
        #expect(bench.rack.members.count == 1)
        #expect(bench.rack.receipt(for: bench.key(0)).disposition == .member)
    }

    @Test("A server's incidents are replaced, never merged; another problem is seen as such")
    func incidentsAreReplaced() {
        var bench = RackBench(servers: 3)
        for _ in 0..<100 { bench.fail([0], .cpuHigh, severity: .warning) }
        let before = bench.rack.version
        let now = bench.wall
        bench.tell(0) {
            $0.incidents = []
            $0.open(.memoryErrorsUncorrected, severity: .critical, at: now)
        }
        #expect(bench.rack.members[0].status.incidents.count == 1)
        #expect(
            bench.rack.histogram
                == [RackKindCount(kind: .memoryErrorsUncorrected, servers: 1)])
        #expect(bench.rack.version > before)
    }

    @Test("A server that leaves takes its incidents with it, and a late status does not return it")
    func leaving() {
        var bench = RackBench(servers: 3)
        bench.fail([1], .cpuHigh)
        let late = bench.message(bench.key(1), bench.servers[bench.key(1)])
        bench.remove(1)
        #expect(bench.rack.members.count == 2)
        #expect(bench.rack.histogram.isEmpty)
        #expect(bench.rack.receipt(for: bench.key(1)).disposition == .notMember)
        #expect(!bench.rack.isNews(late))
        bench.step(.status(late))
        #expect(bench.rack.members.count == 2)
    }

    @Test("A silent rack whose servers are all decommissioned leaves no incident behind")
    func dismantled() {
        var bench = RackBench(servers: 5)
        bench.silence(0..<5, spreadSeconds: 1)
        bench.pass(seconds: 30)
        for index in 0..<5 { bench.remove(index) }
        #expect(bench.rack.book.incidents.isEmpty)
        #expect(bench.alerts.last { $0.incident != nil }?.change == .resolved)
    }

    @Test("A message of departure from an unknown server is answered with its version")
    func unknownDeparture() {
        var bench = RackBench(servers: 1)
        bench.remove(9)
        let receipt = bench.rack.receipt(for: bench.key(9))
        #expect(receipt.disposition == .notMember)
        #expect(receipt.version == bench.message(bench.key(9), nil).version)
    }

    @Test("An equal or lower version is no news and is answered with the version held")
    func versions() {
        let bench = RackBench(servers: 2)
        let held = bench.rack.members[1].version
        let equal = bench.message(bench.key(1), bench.servers[bench.key(1)])
        #expect(!bench.rack.isNews(equal))
        #expect(bench.rack.receipt(for: bench.key(1)).version == held)
    }

    @Test("The 257th member is refused with a reason, and taken once there is room")
    func fullRack() {
        var bench = RackBench(servers: Limits.membersPerRackMax)
        let last = Limits.membersPerRackMax
        bench.tell(last) { _ in }
        #expect(bench.rack.members.count == Limits.membersPerRackMax)
        guard case .refused(let reason) = bench.rack.receipt(for: bench.key(last)).disposition
        else {
            Issue.record("wanted a refusal")
            return
        }
        #expect(reason.contains("256"))
        bench.remove(0)
        #expect(bench.rack.isNews(bench.message(bench.key(last), .fixture(since: bench.wall))))
        bench.tell(last) { _ in }
        #expect(bench.rack.receipt(for: bench.key(last)).disposition == .member)
    }

    // MARK: the rack as a child

    @Test("The data center is the one most members name, never a part of the key")
    func datacenterByMembers() {
        var bench = RackBench(key: .fixture("paris-r01"), servers: 3)
        #expect(bench.rack.dc == .fixture("dc1"))
        for index in 0..<2 { bench.tell(index) { $0.dc = .fixture("rome") } }
        #expect(bench.rack.dc == .fixture("rome"))
        #expect(bench.rack.owedParents == [.fixture("rome"), .fixture("dc1")])
        #expect(bench.rack.message(for: .fixture("dc1")).status == nil)
        #expect(bench.rack.strayMembers == [bench.key(2)])
        bench.receipt(from: "dc1", .notMember)
        bench.receipt(from: "rome", .member)
        #expect(bench.rack.owedParents.isEmpty)
    }

    @Test("A status is owed until exactly its version is receipted, and raised only by a change")
    func owing() {
        var bench = RackBench(servers: 3)
        #expect(bench.rack.owedParents == [.fixture("dc1")])
        bench.receipt(from: "dc1", .member, version: Version.none)
        #expect(bench.rack.owedParents == [.fixture("dc1")])
        bench.receipt(from: "dc1", .member)
        #expect(bench.rack.owedParents.isEmpty)
        bench.measure([0], [.power: 400])
        #expect(bench.rack.owedParents.isEmpty)
        bench.silence([0])
        #expect(bench.rack.owedParents == [.fixture("dc1")])
    }

    @Test("A refused rack shows one warning and stops repeating")
    func refused() {
        var bench = RackBench(servers: 3)
        for _ in 0..<3 {
            bench.receipt(from: "dc1", .refused(reason: "8,192 racks"))
        }
        #expect(bench.rack.book.incident(.notWatched)?.severity == .warning)
        #expect(bench.alerts.count { $0.change == .opened } == 1)
        #expect(bench.rack.verdict == .healthy)
    }

    @Test("A rack without members, incidents and debts is removable")
    func removable() {
        var bench = RackBench(servers: 2)
        bench.receipt(from: "dc1", .member)
        bench.remove(0)
        bench.remove(1)
        #expect(!bench.rack.isRemovable)
        bench.receipt(from: "dc1", .notMember)
        #expect(bench.rack.isRemovable)
    }

    // MARK: state

    @Test("The digest view shows how members spread, with the share above half their limit")
    func digestView() throws {
        var bench = RackBench(servers: 10)
        bench.measure(0..<4, [.dropped: 0.015])
        let dropped = try #require(bench.rack.digest.first { $0.measure == .dropped })
        #expect(dropped.shareAboveHalfLimit == 0.4)
        #expect(dropped.max > 0.01 && dropped.median < 0.001)
    }

    @Test("The same inputs give the same twin to the byte, also through a row half-way")
    func determinism() throws {
        func run(restoring: Bool) throws -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            var bench = RackBench()
            bench.silence(0..<40)
            bench.measure(3..<9, [.dropped: 0.3])
            if restoring {
                let row = try encoder.encode(bench.rack)
                let restored = try JSONDecoder().decode(RackTwin.self, from: row)
                #expect(restored == bench.rack)
                bench.rack = restored
            }
            bench.pass(seconds: 45)
            bench.recover(0..<40)
            bench.pass(seconds: 120)
            return try encoder.encode(bench.rack)
        }
        #expect(try run(restoring: false) == run(restoring: true))
    }
}

extension RackBench {
    mutating func receipt(
        from dc: String, _ disposition: Receipt.Disposition, version: Version? = nil,
        folds: FoldSet = FoldSet()
    ) {
        let receipt = Receipt(
            parent: .fixture(dc), version: version ?? rack.version, disposition: disposition,
            folds: folds)
        if !rack.isSettled(by: receipt) { step(.receipt(receipt)) }
    }
}
