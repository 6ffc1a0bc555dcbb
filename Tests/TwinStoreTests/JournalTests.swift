import Dispatch
import Foundation
import Synchronization
import Testing
import TwinStore

@Suite("Journal")
struct JournalTests {
    @Test("what was appended and synced is replayed in order after reopening")
    func roundTrip() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        #expect(journal.openReport.created)
        try JournalBench.append(1...50, to: &journal)
        #expect(try journal.sync() == RecordNumber(rawValue: 50))

        let again = try JournalBench.open(disk.copy(after: .powerCut))
        #expect(!again.openReport.created)
        #expect(again.openReport.tornTail == nil)
        #expect(again.openReport.segmentCount > 1)
        var expected: UInt64 = 20
        try again.replay(from: RecordNumber(rawValue: 20)) { number, bytes throws(StoreError) in
            #expect(number.rawValue == expected)
            #expect(bytes.copied == JournalBench.payload(expected))
            expected += 1
        }
        #expect(expected == 51)
    }

    @Test("a process that ends at any operation leaves everything synced, and nothing invented")
    func killedAtEveryOperation() throws {
        for operations in 0..<120 {
            let disk = MemoryDisk()
            disk.fail(after: operations, with: .inputOutput)
            let synced = workUntilFailure(on: disk)
            disk.heal()
            let journal = try JournalBench.open(disk.copy(after: .processCrash))
            let records = try JournalBench.records(of: journal)
            #expect(journal.lastRecord.rawValue >= synced, "killed at operation \(operations)")
            for (number, bytes) in records { #expect(bytes == JournalBench.payload(number)) }
        }
    }

    @Test("a power cut at any operation takes only what was not synced", arguments: 0..<8)
    func powerCutAtEveryOperation(seed: Int) throws {
        for operations in 0..<120 {
            let disk = MemoryDisk()
            disk.fail(after: operations, with: .inputOutput)
            let synced = workUntilFailure(on: disk)
            let outage: Outage =
                seed == 0 ? .powerCut : .tornPowerCut(seed: UInt64(seed * 1_000 + operations))
            let after = disk.copy(after: outage)
            var journal = try JournalBench.open(after)
            let records = try JournalBench.records(of: journal)
            #expect(
                journal.lastRecord.rawValue >= synced,
                "cut at operation \(operations), seed \(seed)")
            for (number, bytes) in records { #expect(bytes == JournalBench.payload(number)) }

            let next = journal.lastRecord.next.rawValue
            try JournalBench.append(next...next + 2, to: &journal, life: 1)
            _ = try journal.sync()
            let third = try JournalBench.open(after.copy(after: .powerCut))
            #expect(third.lastRecord.rawValue == next + 2, "nothing left behind comes back")
        }
    }

    @Test("a torn tail is cut off and said, with its record and place")
    func tornTailIsSaid() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        try JournalBench.append(1...3, to: &journal)
        _ = try journal.sync()
        disk.fail(.write, with: .diskFull)
        #expect(throws: StoreError.self) {
            _ = try journal.append([UInt8](repeating: 7, count: 700).span)
        }
        disk.heal()

        let again = try JournalBench.open(disk.copy(after: .processCrash))
        let torn = try #require(again.openReport.tornTail)
        #expect(torn.record == RecordNumber(rawValue: 4))
        #expect(torn.description.contains("cut off at record 4"))
        #expect(torn.description.contains("journal-0000000001.seg"))
        #expect(again.lastRecord == RecordNumber(rawValue: 3))
    }

    @Test("a record behind a torn one never comes back, even at the place of a new one")
    func tornTailNeverResurrects() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        _ = try journal.append([1, 1, 1].span)
        _ = try journal.sync()
        _ = try journal.append([2, 2, 2].span)
        _ = try journal.append([3, 3, 3].span)
        let after = disk.copy(after: .processCrash)
        try after.flip(bit: 0, of: "journal-0000000001.seg", at: 4_096 + 64 + 40)

        var again = try JournalBench.open(after)
        #expect(again.openReport.tornTail?.highest == RecordNumber(rawValue: 3))
        _ = try again.append([4, 4, 4].span)
        _ = try again.sync()
        let third = try JournalBench.open(after.copy(after: .powerCut))
        #expect(try JournalBench.records(of: third) == [1: [1, 1, 1], 2: [4, 4, 4]])
    }

    @Test("a flipped bit at any byte gives an error or exactly what was written")
    func everyFlippedByte() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        for number in 1...6 as ClosedRange<UInt64> {
            _ = try journal.append(JournalBench.payload(number).span)
            _ = try journal.sync()
        }
        let written = try JournalBench.records(of: journal)
        var found = 0
        for name in disk.names() {
            let used = name.hasSuffix(".seg") ? 4_096 + 1_600 : try disk.contents(of: name).count
            for offset in 0..<used {
                let damaged = disk.copy(after: .processCrash)
                try damaged.flip(bit: offset % 8, of: name, at: offset)
                do {
                    let records = try JournalBench.records(of: JournalBench.open(damaged))
                    #expect(records == written, "\(name) at \(offset)")
                } catch {
                    #expect(error.kind == .corrupt)
                    #expect(error.file == name)
                    found += 1
                }
            }
        }
        #expect(found > 6 * 40 + written.values.reduce(0) { $0 + $1.count })
    }

    @Test("damage before a later durable record is corruption even when the mark is lost")
    func damageIsProvenByLaterRecords() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        for number in 1...5 as ClosedRange<UInt64> {
            _ = try journal.append(JournalBench.payload(number).span)
            _ = try journal.sync()
        }
        let after = disk.copy(after: .powerCut)
        try after.flip(bit: 3, of: "journal-0000000001.seg", at: 4_096 + 64 + 1)
        #expect(throws: StoreError.self) { _ = try JournalBench.open(after) }
    }

    @Test("a record the caller knows to be durable is never cut off")
    func knownDurable() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        try JournalBench.append(1...2, to: &journal)
        let after = disk.copy(after: .powerCut)
        let error = #expect(throws: StoreError.self) {
            _ = try JournalBench.open(after, knownDurable: RecordNumber(rawValue: 2))
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.sentence.contains("records up to 2 were durable") == true)
    }

    @Test("recycled segments never give back what they held before")
    func recycledSegments() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        var next: UInt64 = 1
        for life in 1...6 as ClosedRange<UInt8> {
            try JournalBench.append(next...next + 29, to: &journal, life: life)
            next += 30
            _ = try journal.sync()
            journal = try reopened(journal, after: life, next: next, on: disk)
        }
        #expect(disk.names().contains { $0.hasSuffix(".spare") })
        #expect(disk.names().filter { $0.hasPrefix("journal-0") }.count < 20)
    }

    @Test("after a failed sync every call throws, and the sync is not tried again")
    func failedSyncPoisons() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        try JournalBench.append(1...2, to: &journal)
        disk.fail(.sync, with: .inputOutput)
        #expect(throws: StoreError.self) { _ = try journal.sync() }
        disk.heal()
        let before = disk.operationCount
        let kinds = [
            kind { () throws(StoreError) in _ = try journal.sync() },
            kind { () throws(StoreError) in _ = try journal.append([1].span) },
            kind { () throws(StoreError) in try journal.drop(before: .first) },
            kind { () throws(StoreError) in try journal.replay(from: .first) { _, _ in } },
        ]
        #expect(kinds == [.poisoned, .poisoned, .poisoned, .poisoned])
        #expect(disk.operationCount == before)
    }

    @Test("a sync that the disk holds back returns only when the disk lets go")
    func heldSync() throws {
        let disk = MemoryDisk()
        let synced = Mutex(RecordNumber.none)
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            do {
                var journal = try JournalBench.open(disk)
                _ = try journal.append([1].span)
                disk.holdSyncs()
                let durable = try journal.sync()
                synced.withLock { $0 = durable }
            } catch {
                Issue.record(error)
            }
            finished.signal()
        }
        disk.waitForHeldSync()
        #expect(try JournalBench.open(disk.copy(after: .powerCut)).lastRecord == .none)
        #expect(synced.withLock { $0 } == .none)
        disk.releaseSyncs()
        finished.wait()
        #expect(synced.withLock { $0 } == .first)
        #expect(try JournalBench.open(disk.copy(after: .powerCut)).lastRecord == .first)
    }

    @Test("a full disk is a sentence that says so and what to do")
    func diskFull() throws {
        let disk = MemoryDisk()
        disk.fail(.create, with: .diskFull)
        let error = #expect(throws: StoreError.self) { _ = try JournalBench.open(disk) }
        #expect(error?.kind == .diskFull)
        #expect(error?.file == "journal-0000000001.new")
    }

    @Test("errors name a segment by the name it has, from a new file and from a spare")
    func namesOfSegments() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        let half = [UInt8](repeating: 7, count: journal.recordBytesMax / 2)
        while journal.lastRecord < RecordNumber(rawValue: 9) { _ = try journal.append(half.span) }
        try journal.drop(before: RecordNumber(rawValue: 9))
        #expect(disk.names().contains { $0.hasSuffix(".spare") })
        while disk.names().contains(where: { $0.hasSuffix(".spare") }) {
            _ = try journal.append(half.span)
        }
        let last = disk.names().last { $0.hasSuffix(".seg") }
        disk.fail(.write, with: .diskFull)
        let error = #expect(throws: StoreError.self) { _ = try journal.append([1].span) }
        #expect(error?.file == last)

        let fresh = MemoryDisk()
        var first = try JournalBench.open(fresh)
        fresh.fail(.sync, with: .inputOutput)
        _ = try first.append([1].span)
        let sync = #expect(throws: StoreError.self) { _ = try first.sync() }
        #expect(sync?.file == "journal-0000000001.seg")
    }

    @Test("a record that is too large is refused and changes nothing")
    func tooLarge() throws {
        var journal = try JournalBench.open(MemoryDisk())
        let largest = journal.recordBytesMax
        let error = #expect(throws: StoreError.self) {
            _ = try journal.append([UInt8](repeating: 0, count: largest + 1).span)
        }
        #expect(error?.kind == .tooLarge)
        #expect(try journal.append([UInt8](repeating: 5, count: largest).span) == .first)
        #expect(try journal.append([6].span) == RecordNumber(rawValue: 2))
    }

    @Test("records that were dropped, or never written, are asked for in vain")
    func replayOutsideThrows() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        try JournalBench.append(1...60, to: &journal)
        try journal.drop(before: RecordNumber(rawValue: 50))
        #expect(journal.firstRecord > .first)
        #expect(
            kind { () throws(StoreError) in try journal.replay(from: .first) { _, _ in } }
                == .corrupt)
        let beyond = RecordNumber(rawValue: 62)
        #expect(
            kind { () throws(StoreError) in try journal.replay(from: beyond) { _, _ in } }
                == .corrupt)
    }

    @Test(
        "a segment that begins with no record, or with one that none can follow, is refused",
        arguments: [0, UInt64(Int64.max) + 1, .max])
    func beginsNowhere(first: UInt64) throws {
        let disk = MemoryDisk()
        _ = try Journal(
            on: disk, segmentBytes: 8_192, salt: 1, creatingAt: RecordNumber(rawValue: first))
        do throws(StoreError) {
            _ = try Journal(on: disk, segmentBytes: 8_192, salt: 1)
            Issue.record("it was opened")
        } catch {
            #expect(error.kind == .corrupt)
            #expect(error.sentence.contains("from record \(first) was found"))
        }
    }

    @Test("a journal that vanished is not taken for a new one")
    func vanishedJournal() throws {
        let disk = MemoryDisk()
        var journal = try JournalBench.open(disk)
        try JournalBench.append(1...2, to: &journal)
        _ = try journal.sync()
        try disk.remove("journal-0000000001.seg")
        let error = #expect(throws: StoreError.self) { _ = try JournalBench.open(disk) }
        #expect(error?.sentence.contains("durable up to record 2") == true)
    }

    // MARK: helpers

    /// Appends and syncs until the disk fails; returns the last record known to be durable.
    private func workUntilFailure(on disk: MemoryDisk) -> UInt64 {
        var synced: UInt64 = 0
        do {
            var journal = try JournalBench.open(disk)
            for number in 1...40 as ClosedRange<UInt64> {
                _ = try journal.append(JournalBench.payload(number).span)
                if number.isMultiple(of: 3) { synced = try journal.sync().rawValue }
                if number == 30 { try journal.drop(before: RecordNumber(rawValue: 25)) }
            }
        } catch {
            #expect(error.kind == .inputOutput)
        }
        return synced
    }

    private func reopened(
        _ journal: consuming Journal<MemoryDisk>, after life: UInt8, next: UInt64,
        on disk: MemoryDisk
    ) throws -> Journal<MemoryDisk> {
        try journal.drop(before: RecordNumber(rawValue: next - 5))
        let again = try JournalBench.open(disk)
        #expect(again.lastRecord.rawValue == next - 1)
        for (number, bytes) in try JournalBench.records(of: again) {
            let written = UInt8((number - 1) / 30 + 1)
            #expect(bytes == JournalBench.payload(number, life: written))
        }
        return again
    }

    private func kind(_ work: () throws(StoreError) -> Void) -> StoreError.Kind? {
        do throws(StoreError) {
            try work()
            return nil
        } catch {
            return error.kind
        }
    }
}
