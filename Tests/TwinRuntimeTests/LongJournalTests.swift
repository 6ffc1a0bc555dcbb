import Testing
import TwinCore
import TwinRuntime
import TwinStore

@Suite("Rows behind a long journal")
struct LongJournalTests {
    /// Bytes of rows that a journal of this length asks for when 100,000 bytes are journalled.
    private static func asked(megabytes: UInt64) -> Int {
        var slicing = Slicing()
        slicing.noteJournalled(100_000, journalBytes: megabytes << 20)
        return slicing.bytesAsked
    }

    @Test("A journal asks for rows the more the longer it is, and a short one for none")
    func asksMore() {
        #expect(Self.asked(megabytes: 128) == 0)
        #expect(Self.asked(megabytes: 256) == 50_000)
        #expect(Self.asked(megabytes: 512) == 200_000)
        #expect(Self.asked(megabytes: 1_024) == 800_000)
    }

    @Test("What was asked for gathers until it is worth a slice, and one slice may bring")
    func gathers() {
        var slicing = Slicing()
        for turn in 1...3 {
            slicing.noteJournalled(100_000, journalBytes: 256 << 20)
            #expect(slicing.isHurried == (turn == 3))
        }
        slicing.noteSliced(140_000)
        #expect(slicing.bytesAsked == 10_000)
        #expect(!slicing.isHurried)
        for _ in 0..<100 { slicing.noteJournalled(1_000_000, journalBytes: 1 << 30) }
        #expect(slicing.bytesAsked == Slicing.twinBytesPerHurriedSliceMax)
        slicing.noteJournalled(1, journalBytes: 1 << 20)
        #expect(slicing.bytesAsked == 0, "the journal is short again")
    }

    @Test("Near its limit what comes waits for the rows under way, and for nothing else")
    func waits() throws {
        var cluster = try InstanceCluster.running()
        cluster.server.savesRows = false
        try cluster.commission("s1", rack: "r1")
        try cluster.pass(milliseconds: 2_000)
        #expect(!cluster.server.core.awaitsRows, "a short journal waits for nobody")
        cluster.server.journalBytes = Limits.journalBytesLong
        try cluster.pass(milliseconds: 500)
        #expect(cluster.server.core.awaitsRows)
        try cluster.server.releaseRows()
        #expect(!cluster.server.core.awaitsRows)
    }

    @Test("Slices that follow one another are checkpointed by what they weigh")
    func checkpoints() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1", rack: "r1")
        try cluster.pass(milliseconds: 2_000)
        var row = try #require(cluster.server.slices.flatMap(\.slice.twins).first)
        row.state = [UInt8](repeating: 0, count: 1 << 20)
        var keeper = RowKeeper(MemoryRows(tier: .server))
        var slice = PendingSlice(journalFrom: 1, savedAt: Timestamp(milliseconds: 5))
        slice.isHurried = true
        slice.twins = [row]
        var checkpoints: [Int] = []
        for number in 1...64 {
            for case .checkpointed in try keeper.save(slice, durable: 0) {
                checkpoints.append(number)
            }
        }
        #expect(checkpoints == [32, 64])
    }
}
