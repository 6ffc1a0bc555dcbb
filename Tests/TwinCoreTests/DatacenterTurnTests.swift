import Testing
import TwinCore

@Suite("A data center's turn")
struct DatacenterTurnTests {
    @Test("What racks tell is judged once for the turn, by a timer that is due in it")
    func judgedOnce() throws {
        var bench = DatacenterBench(racks: 4) { _, _, _ in }
        let now = bench.wall
        for server in 0..<10 { bench.racks[2].tell(server) { $0.fallSilent(at: now) } }
        bench.racks[2].pass(seconds: 60)
        bench.elapsed += 60_000
        let message = bench.racks[2].rack.message(for: .fixture("dc1"))
        #expect(message.status?.verdict == .unhealthy)

        bench.take(.status(message))
        #expect(bench.dc.verdict == .healthy)
        #expect(bench.dc.nextDue == Elapsed(milliseconds: bench.elapsed))
        bench.take(.timer)
        #expect(bench.dc.verdict == .unhealthy)
        #expect(bench.dc.nextDue.map { $0.milliseconds > bench.elapsed } ?? true)
    }

    @Test("A rack that leaves is judged at once: the last one takes its data center with it")
    func leaving() {
        var bench = DatacenterBench(racks: 1) { _, _, _ in }
        #expect(bench.dc.verdict == .healthy)
        let version = Version(epoch: .first, position: Position(rawValue: 1 << 20))
        bench.take(.status(ChildMessage(child: .fixture("r00"), version: version, status: nil)))
        #expect(bench.dc.racks.isEmpty)
        #expect(bench.dc.verdict == .unknown)
        #expect(bench.dc.isRemovable)
    }
}
