import Foundation
import Testing
import TwinCore
import TwinStore

@Suite("StateDirectory")
struct StateDirectoryTests {
    private let scratch: ScratchDirectory
    private var path: String { scratch.file("state") }

    init() throws { scratch = try ScratchDirectory() }

    @Test("an instance keeps the name of its first start and what it learned")
    func identityIsKept() throws {
        do {
            var state = try StateDirectory(opening: path, tier: .rack, name: "rack-a")
            try state.update {
                $0.cluster = "7f3a91"
                $0.startNumber = 12
            }
        }
        let again = try StateDirectory(opening: path, tier: .rack, name: "rack-b")
        #expect(again.identity.name == "rack-a")
        #expect(again.identity.cluster == "7f3a91")
        #expect(again.identity.startNumber == 12)
        #expect(!again.identity.restored)
    }

    @Test("directories are 0700 and files 0600")
    func permissions() throws {
        let state = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
        #expect(try ScratchDirectory.mode(of: path) == 0o700)
        #expect(try ScratchDirectory.mode(of: state.paths.identity) == 0o600)
        #expect(try ScratchDirectory.mode(of: state.paths.lock) == 0o600)
    }

    @Test("a second opener is refused with the holder's process id, until the first lets go")
    func lock() throws {
        do {
            let held = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
            let error = #expect(throws: StoreError.self) {
                _ = try StateDirectory(opening: path, tier: .dc, name: "dc-b")
            }
            #expect(error?.kind == .locked)
            let pid = ProcessInfo.processInfo.processIdentifier
            #expect(error?.sentence.contains("process \(pid)") == true)
            #expect(held.identity.name == "dc-a")
        }
        _ = try StateDirectory(opening: path, tier: .dc, name: "dc-b")
    }

    @Test("another tier's directory is refused with both tiers")
    func wrongTier() throws {
        _ = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
        let error = #expect(throws: StoreError.self) {
            _ = try StateDirectory(opening: path, tier: .server, name: "server-a")
        }
        #expect(error?.kind == .wrongCluster)
        #expect(error?.sentence.contains("that of dc instance dc-a") == true)
    }

    @Test(
        "an identity of a newer release or damaged is refused with a sentence",
        arguments: [
            ("{\"format\": 7}", StoreError.Kind.newerSchema), ("{\"format\": 1}", .corrupt),
            ("", .corrupt), ("nonsense", .corrupt),
        ])
    func identityRefused(text: String, kind: StoreError.Kind) throws {
        _ = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
        try Data(text.utf8).write(to: URL(filePath: path + "/instance.json"))
        let error = #expect(throws: StoreError.self) {
            _ = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
        }
        #expect(error?.kind == kind)
        #expect(error?.file == path + "/instance.json")
    }

    @Test("rows without an identity are an unfinished restore, not a new instance")
    func unfinishedRestore() throws {
        try FileManager.default.createDirectory(
            atPath: path + "/journal", withIntermediateDirectories: true)
        let error = #expect(throws: StoreError.self) {
            _ = try StateDirectory(opening: path, tier: .dc, name: "dc-a")
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.sentence.contains("a restore did not finish here") == true)
    }
}
