import Testing
import TwinCore
import TwinStore

@Suite("The quarantine's rows")
struct QuarantineRowsTests {
    private let folder: ScratchDirectory
    private let at = Timestamp(milliseconds: 5)

    init() throws { folder = try ScratchDirectory() }

    private func open() throws -> RowStore { try RowBench.open(folder.file("rows.sqlite")) }

    @Test("an input is refused from its second abnormal end on, through any restart")
    func bans() throws {
        do {
            let rows = try open()
            #expect(try rows.countEnd(twin: "server/a", digest: "d1", signal: 4, at: at) == 1)
            #expect(try rows.countEnd(twin: "server/a", digest: "d2", signal: 4, at: at) == 1)
            #expect(try rows.countEnd(twin: "server/b", digest: "d1", signal: 4, at: at) == 1)
            #expect(try rows.bans() == [])
            try rows.close()
        }
        let rows = try open()
        #expect(try rows.countEnd(twin: "server/a", digest: "d1", signal: 11, at: at) == 2)
        #expect(
            try rows.bans() == [
                QuarantineBan(twin: "server/a", digest: "d1", ends: 2, signal: 11, isKept: false)
            ])
        try rows.forgetEnds(twin: "server/a", digest: "d1")
        #expect(try rows.bans() == [])
    }

    @Test("the bytes are kept once, dropping them leaves the ban, and no id is given twice")
    func bytes() throws {
        let rows = try open()
        for _ in 0..<2 {
            _ = try rows.countEnd(twin: "server/a", digest: "d1", signal: 4, at: at)
        }
        let first = try rows.quarantine(
            twin: "server/a", digest: "d1", reason: "twice", bytes: [1], at: at)
        let again = try rows.quarantine(
            twin: "server/a", digest: "d1", reason: "twice", bytes: [1], at: at)
        #expect(again == first)
        #expect(try rows.quarantinedCount() == 1)
        #expect(try rows.bans().map(\.isKept) == [true])
        #expect(try rows.removeQuarantined(id: first))
        #expect(try rows.bans().map(\.isKept) == [true])
        let other = try rows.quarantine(
            twin: "server/b", digest: "d1", reason: "twice", bytes: [2], at: at)
        #expect(other > first)
        #expect(try rows.quarantined(id: first) == nil)
        #expect(try rows.quarantined(after: first).map(\.id) == [other])
    }

    @Test("abnormal ends and messages are bounded: the oldest go")
    func bounded() throws {
        let rows = try open()
        for number in 0...StoreLimits.abnormalEndsMax {
            for _ in 0..<StoreLimits.abnormalEndsBeforeBan where number < 2 {
                _ = try rows.countEnd(
                    twin: "server/a", digest: "d\(number)", signal: 4,
                    at: Timestamp(milliseconds: Int64(number)))
            }
            if number >= 2 {
                _ = try rows.countEnd(
                    twin: "server/a", digest: "d\(number)", signal: 4,
                    at: Timestamp(milliseconds: Int64(number)))
            }
        }
        #expect(try rows.bans().map(\.digest) == ["d1"])
    }

    @Test("a shard's copy brings what its owner refuses, and takes what it does not any more")
    func moved() throws {
        func ban(_ digest: String, ends: Int = 2) -> QuarantineBan {
            QuarantineBan(twin: "server/a", digest: digest, ends: ends, signal: 4, isKept: false)
        }
        let rows = try open()
        for digest in ["d1", "d1", "d1", "d2", "d2"] {
            _ = try rows.countEnd(twin: "server/a", digest: digest, signal: 4, at: at)
        }
        var copy = CandidateRows(shard: 3, move: 1, part: 0, savedAt: at)
        copy.bans = [ban("d1"), ban("d3")]
        copy.lifted = [ban("d2")]
        try rows.save(copy)
        #expect(try rows.bans() == [ban("d1", ends: 3), ban("d3")])
    }
}
