import Foundation
import Testing
import TwinStore

@Suite("PosixDisk")
struct PosixDiskTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test("a journal on real files is found again, rolled, dropped and recycled")
    func journalOnFiles() throws {
        let disk = try PosixDisk(directory: scratch.file("journal"))
        do {
            var journal = try Journal(on: disk, segmentBytes: 8_192, salt: 42)
            for number in 1...40 as ClosedRange<UInt64> {
                _ = try journal.append(JournalBench.payload(number).span)
            }
            _ = try journal.sync()
            try journal.drop(before: RecordNumber(rawValue: 30))
        }
        let again = try Journal(on: disk, segmentBytes: 8_192, salt: 43)
        #expect(again.lastRecord == RecordNumber(rawValue: 40))
        try again.replay(from: RecordNumber(rawValue: 30)) { number, bytes throws(StoreError) in
            #expect(bytes.copied == JournalBench.payload(number.rawValue))
        }
        #expect(try disk.names().contains { $0.hasSuffix(".spare") })
    }

    @Test("damage of a journal is told with the whole path of its segment")
    func damagePath() throws {
        let disk = try PosixDisk(directory: scratch.file("journal"))
        do {
            var journal = try Journal(on: disk, segmentBytes: 8_192, salt: 42)
            for number in 1...2 as ClosedRange<UInt64> {
                _ = try journal.append(JournalBench.payload(number).span)
            }
            _ = try journal.sync()
        }
        let segment = "journal-0000000001.seg"
        try disk.open(segment, for: .writing).write([0xFF].span, at: 4_130)
        let error = #expect(throws: StoreError.self) {
            _ = try Journal(on: disk, segmentBytes: 8_192, salt: 43)
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.file == scratch.file("journal/\(segment)"))
        #expect(error?.offset == 4_096)
    }

    @Test("a segment's space is reserved when it is made, with mode 0600")
    func reserved() throws {
        let disk = try PosixDisk(directory: scratch.file("journal"))
        _ = try Journal(on: disk, segmentBytes: 1 << 20, salt: 42)
        let segment = scratch.file("journal/journal-0000000001.seg")
        #expect(try ScratchDirectory.mode(of: segment) == 0o600)
        #expect(try disk.open("journal-0000000001.seg", for: .reading).size() == 1 << 20)
    }

    @Test("what the system refuses is a sentence with the file and the system's reason")
    func refusals() throws {
        let disk = try PosixDisk(directory: scratch.file("journal"))
        let missing = #expect(throws: StoreError.self) { _ = try disk.open("no", for: .reading) }
        #expect(missing?.kind == .missing)
        #expect(missing?.description.contains("No such file or directory") == true)
        #expect(missing?.file == scratch.file("journal/no"))
        let full = #expect(throws: StoreError.self) {
            let file = try PosixDisk(existing: "/dev").open("full", for: .writing)
            try file.write([1, 2, 3].span, at: 0)
        }
        #expect(full?.kind == .diskFull)
        #expect(
            full?.sentence == "could not write 3 bytes: no space left on this file system; "
                + "free space on this file system and start again")
    }
}
