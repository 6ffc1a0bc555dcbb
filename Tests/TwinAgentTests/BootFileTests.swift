import CPlatform
import Foundation
import HostMetrics
import Testing
import twin_agent

@Suite("What an agent knows of its kernel")
struct BootFileTests {
    @Test("a boot is found again; before the first there is none; a torn file is an error")
    func roundTrip() throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "twin-agent-\(UUID().uuidString)/state")
        let file = BootFile(directory: directory.path)
        #expect(try file.read() == nil)
        let boot = BootIdentity(id: "7f", bootSeconds: 1_700_000_000)
        try file.write(boot)
        #expect(try file.read() == boot)
        try Data("{".utf8).write(to: directory.appending(path: "boot.json"))
        #expect(throws: (any Error).self) { try file.read() }
        try FileManager.default.removeItem(at: directory.deletingLastPathComponent())
    }

    @Test("the kernel tells a clock's offset below its own limit, or that nobody knows")
    func clockOffset() {
        var offset = 0.0
        let result = unsafe twin_clock_offset_seconds(&offset)
        #expect(result == 0 || result == -1)
        #expect(abs(offset) <= 0.5)
    }
}
