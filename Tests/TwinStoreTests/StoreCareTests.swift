import Foundation
import Testing
import TwinCore
import TwinStore

@Suite("check, backup, restore")
struct StoreCareTests {
    private let scratch: ScratchDirectory
    private var path: String { scratch.file("state") }
    private var backupFile: String { scratch.file("backup.db") }
    private let at = Timestamp(milliseconds: 1_772_374_956_120)

    init() throws { scratch = try ScratchDirectory() }

    @Test("a running service's state is sound and counted")
    func checkRunning() throws {
        let service = try StoredInstance(path)
        try service.work(turns: 1...30, saveEvery: 10)
        let report = try StoreCare.check(directory: path)
        #expect(report.isSound, "\(report.findings)")
        #expect(report.identity?.name == "server-a")
        #expect(report.twinCount == 30)
        #expect(report.lastRecord == RecordNumber(rawValue: 30))
        #expect(report.recordCount == 30)
    }

    @Test("a stopped service's state is checked without being changed")
    func checkStopped() throws {
        try StoredInstance(path).work(turns: 1...30, saveEvery: 10)
        let before = try contents()
        #expect(try StoreCare.check(directory: path).isSound)
        #expect(try contents() == before)
    }

    @Test("a flipped bit in a journal record or in a row's blob is found and placed")
    func checkFindsFlips() throws {
        do {
            let service = try StoredInstance(path)
            try service.work(turns: 1...30, saveEvery: 10)
            try service.rows.close()
        }
        let segment = path + "/journal/journal-0000000001.seg"
        try flip(segment, at: 4_096 + 70)
        let journal = try StoreCare.check(directory: path)
        #expect(journal.damageCount == 1)
        #expect(journal.findings.first?.sentence.contains("record") == true)
        try flip(segment, at: 4_096 + 70)
        #expect(try StoreCare.check(directory: path).isSound)

        let marker = StoredInstance.state(of: 17)
        let rows = try Data(contentsOf: URL(filePath: path + "/rows.sqlite"))
        let place = try #require(rows.firstRange(of: Data(marker))).lowerBound
        try flip(path + "/rows.sqlite", at: place + 3)
        let report = try StoreCare.check(directory: path)
        #expect(!report.isSound)
        #expect(report.findings.first?.sentence.contains("the row of twin s17") == true)
    }

    @Test("where no instance lives, a check says so")
    func checkNothing() throws {
        let error = #expect(throws: StoreError.self) {
            _ = try StoreCare.check(directory: scratch.path)
        }
        #expect(error?.kind == .missing)
    }

    @Test("a backup restores to the same rows and the journal they need, marked as restored")
    func backupAndRestore() throws {
        let service = try StoredInstance(path)
        try service.work(turns: 1...35, saveEvery: 10)
        let made = try StoreCare.backup(directory: path, to: backupFile, at: at)
        #expect(made.lastRecord == RecordNumber(rawValue: 35))
        #expect(try ScratchDirectory.mode(of: backupFile) == 0o600)

        let restored = try StoreCare.restore(
            file: backupFile, to: scratch.file("new"), segmentBytes: StoredInstance.segmentBytes)
        #expect(restored == made)
        let again = try StoredInstance(scratch.file("new"))
        #expect(again.isRestored)
        #expect(try again.contents() == (1...35).map { UInt64($0) })
        #expect(try StoreCare.check(directory: scratch.file("new")).isSound)
    }

    @Test("a backup beside a service that writes holds a consistent beginning of its history")
    func backupWhileWriting() async throws {
        let path = path
        try StoredInstance(path).work(turns: 1...20, saveEvery: 20)
        let writer = Task.detached {
            try StoredInstance(path).work(turns: 21...2_000, saveEvery: 20)
        }
        for round in 0..<5 {
            let file = scratch.file("backup-\(round).db")
            let report = try StoreCare.backup(directory: path, to: file, at: at)
            let target = scratch.file("restored-\(round)")
            _ = try StoreCare.restore(
                file: file, to: target, segmentBytes: StoredInstance.segmentBytes)
            let turns = try StoredInstance(target).contents()
            #expect(UInt64(turns.count) == report.lastRecord.rawValue)
            #expect(turns == turns.indices.map { UInt64($0 + 1) })
        }
        try await writer.value
    }

    @Test("neither a backup nor a restore overwrites anything")
    func nothingIsOverwritten() throws {
        try StoredInstance(path).work(turns: 1...3, saveEvery: 10)
        _ = try StoreCare.backup(directory: path, to: backupFile, at: at)
        let backup = #expect(throws: StoreError.self) {
            _ = try StoreCare.backup(directory: path, to: backupFile, at: at)
        }
        #expect(backup?.kind == .notEmpty)
        let restore = #expect(throws: StoreError.self) {
            _ = try StoreCare.restore(file: backupFile, to: path)
        }
        #expect(restore?.kind == .notEmpty)
    }

    @Test("a damaged or foreign backup is refused")
    func damagedBackup() throws {
        try StoredInstance(path).work(turns: 1...3, saveEvery: 10)
        let foreign = #expect(throws: StoreError.self) {
            _ = try StoreCare.restore(file: path + "/rows.sqlite", to: scratch.file("a"))
        }
        #expect(foreign?.kind == .corrupt)
        _ = try StoreCare.backup(directory: path, to: backupFile, at: at)
        let bytes = try Data(contentsOf: URL(filePath: backupFile))
        let record = StoredInstance.state(of: 2)
        let place = try #require(bytes.firstRange(of: Data(record))).lowerBound
        try flip(backupFile, at: place)
        let error = #expect(throws: StoreError.self) {
            _ = try StoreCare.restore(file: backupFile, to: scratch.file("b"))
        }
        #expect(error?.kind == .corrupt)
    }

    // MARK: helpers

    private func flip(_ file: String, at offset: Int) throws {
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        try handle.seek(toOffset: UInt64(offset))
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data([byte ^ 0x10]))
        try handle.close()
    }

    private func contents() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in ["instance.json", "rows.sqlite", "journal/journal-0000000001.seg"] {
            files[name] = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        }
        return files
    }
}
