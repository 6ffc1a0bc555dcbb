import Foundation
import Testing
import TwinCore

/// A dead relay whose servers are one or two in each rack: no rack can tell, the data center can.
@Suite("Shared silence")
struct SharedSilenceTests {
    /// Racks of eight servers, two of them behind relay-1.
    private func bench(racks: Int = 6) -> DatacenterBench {
        DatacenterBench(racks: racks, servers: 8) { _, server, status in
            status.relay = server < 2 ? "relay-1" : "relay-2"
        }
    }

    private func parents(_ bench: DatacenterBench, rack: Int, server: Int) -> [String] {
        bench.racks[rack].rack.members[server].folds.entries.map(\.parent.description)
    }

    private func tell(
        _ bench: inout DatacenterBench, racks: Range<Int>, servers: Range<Int>,
        _ change: (inout ServerStatus) -> Void
    ) {
        for rack in racks {
            for server in servers { bench.racks[rack].tell(server, change) }
        }
        bench.exchange()
    }

    @Test("Mistake 10: a relay with two servers in each rack is one page that folds them all")
    func small() throws {
        var bench = bench()
        bench.silence(racks: 0..<6, servers: 0..<2)
        // Before any of them would be told apart: the shortest hold is 15 s.
        for rack in 0..<6 {
            #expect(parents(bench, rack: rack, server: 0) == ["dc/dc1:1"])
            #expect(parents(bench, rack: rack, server: 1) == ["dc/dc1:1"])
            #expect(parents(bench, rack: rack, server: 2) == [])
        }
        bench.pass(seconds: 120)
        #expect(bench.openedPages.count == 1)
        let incident = try #require(bench.openedPages.first?.incident?.incident)
        #expect(incident.kind == .collectorFault)
        #expect(incident.extent.serversAffected == 12)
        #expect(bench.racks.allSatisfy { $0.rack.book.incidents.isEmpty })

        bench.recover(racks: 0..<6, servers: 0..<2)
        bench.pass(seconds: 120)
        #expect(bench.dc.book.incidents.isEmpty)
        #expect(bench.racks.allSatisfy { $0.rack.sharedSilences.isEmpty })
        #expect(bench.openedPages.count == 1)
    }

    @Test("Its servers stay folded when they are gone, until they return")
    func gone() {
        var bench = bench()
        bench.silence(racks: 0..<6, servers: 0..<2)
        bench.pass(seconds: 580)
        let now = bench.wall
        tell(&bench, racks: 0..<6, servers: 0..<2) {
            $0.condition = .gone
            $0.conditionSince = now
            $0.incidents[0].severity = .error
        }
        bench.pass(seconds: 1_200)
        #expect(bench.dc.book.incidents.map(\.kind) == [.collectorFault])
        for rack in 0..<6 { #expect(parents(bench, rack: rack, server: 1) == ["dc/dc1:1"]) }
    }

    @Test("In doubt not folded: silent before the relay, or behind another one")
    func others() {
        var bench = bench()
        let before = bench.wall
        tell(&bench, racks: 3..<4, servers: 1..<2) { $0.fallSilent(at: before) }
        bench.pass(seconds: 300)
        bench.silence(racks: [0, 1, 2, 4, 5], servers: 0..<2)
        let now = bench.wall
        tell(&bench, racks: 3..<4, servers: 0..<1) { $0.fallSilent(at: now) }
        tell(&bench, racks: 4..<5, servers: 5..<6) { $0.fallSilent(at: now) }
        bench.pass(seconds: 60)
        #expect(bench.dc.book.incidents.map(\.kind) == [.collectorFault])
        for rack in 0..<6 { #expect(parents(bench, rack: rack, server: 0) == ["dc/dc1:1"]) }
        #expect(parents(bench, rack: 3, server: 1) == [])
        #expect(parents(bench, rack: 4, server: 5) == [])
    }

    @Test("What does not return with its relay is let go, also as the only one of its rack")
    func left() {
        var bench = bench(racks: 2)
        bench.silence(racks: 0..<2, servers: 0..<2)
        bench.pass(seconds: 60)
        bench.recover(racks: 0..<1, servers: 0..<2)
        bench.recover(racks: 1..<2, servers: 0..<1)
        #expect(parents(bench, rack: 1, server: 1) == ["dc/dc1:1"])
        bench.pass(seconds: 60)
        #expect(bench.dc.book.incidents.isEmpty)
        #expect(parents(bench, rack: 1, server: 1) == [])
    }

    @Test("A rack that is heard again folds nothing new while others are still silent")
    func returned() {
        var bench = bench()
        bench.silence(racks: 0..<6, servers: 0..<2)
        bench.pass(seconds: 60)
        bench.recover(racks: 0..<1, servers: 0..<2)
        bench.pass(seconds: 150)
        let now = bench.wall
        tell(&bench, racks: 0..<1, servers: 0..<1) { $0.fallSilent(at: now) }
        #expect(parents(bench, rack: 0, server: 0) == [])
        #expect(bench.dc.book.incidents.map(\.kind) == [.collectorFault])
    }

    @Test("A third of several racks silent with nothing in common is one page that folds them")
    func nothingInCommon() {
        var bench = DatacenterBench(racks: 12, servers: 10) { rack, server, status in
            status.topology = Topology(
                feed: rack % 2 == 0 ? "A" : "B", zone: "z\(rack / 6)", row: "\(rack / 4)",
                networkSwitch: "s\(rack)")
            status.relay = "relay-\(server % 5)"
        }
        for rack in [0, 5, 10] { bench.silence(racks: [rack], servers: 0..<4) }
        bench.pass(seconds: 60)
        #expect(bench.dc.book.incidents.map(\.kind) == [.unknownCommonCause])
        #expect(bench.openedPages.count == 1)
        for rack in [0, 5, 10] { #expect(parents(bench, rack: rack, server: 3) == ["dc/dc1:1"]) }
    }

    @Test("A fold set without silences is coded as before they existed, and read from such bytes")
    func coding() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let plain = try encoder.encode(FoldSet())
        #expect(
            String(decoding: plain, as: UTF8.self)
                == #"{"entries":[],"version":{"epoch":0,"position":0}}"#)
        #expect(try JSONDecoder().decode(FoldSet.self, from: plain) == FoldSet())
        var bench = bench()
        bench.silence(racks: 0..<6, servers: 0..<2)
        let told = bench.dc.racks[0].folds
        #expect(told.silences.map(\.relay) == ["relay-1"])
        let row = try encoder.encode(told)
        #expect(try JSONDecoder().decode(FoldSet.self, from: row) == told)
    }
}
