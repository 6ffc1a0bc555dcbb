import CPlatform
import Foundation
import Testing

@Suite struct PlatformTests {
    /// By the processor's instruction, where it has one.
    private func hardware(_ bytes: [UInt8], from start: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe twin_crc32c(start, $0.baseAddress, $0.count) }
    }

    private func software(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe twin_crc32c_software(0, $0.baseAddress, $0.count) }
    }

    @Test("CRC-32C gives the values of RFC 3720, by instruction and by table")
    func knownValues() {
        let examples: [(bytes: [UInt8], crc: UInt32)] = [
            ([], 0),
            (Array("123456789".utf8), 0xe306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0..<32), 0x46dd_794e),
        ]
        for example in examples {
            #expect(hardware(example.bytes) == example.crc)
            #expect(software(example.bytes) == example.crc)
        }
    }

    @Test("CRC-32C agrees by instruction and table at every length and goes on where it stopped")
    func agreement() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 3) }
        for length in 0...bytes.count {
            let prefix = Array(bytes[..<length])
            let whole = hardware(prefix)
            #expect(whole == software(prefix))
            let half = hardware(Array(prefix[..<(length / 2)]))
            #expect(whole == hardware(Array(prefix[(length / 2)...]), from: half))
        }
    }

    @Test("Both clocks go forward, and the one that counts suspension is not behind the other")
    func clocks() {
        let monotonic = twin_monotonic_nanoseconds()
        let boottime = twin_boottime_nanoseconds()
        #expect(monotonic > 0 && boottime >= monotonic)
        #expect(twin_monotonic_nanoseconds() >= monotonic)
    }

    @Test("A thread takes a name of fifteen bytes and refuses a longer one")
    func threadName() {
        let longest = String(repeating: "n", count: 15)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            #expect(unsafe twin_thread_set_name(longest) == 0)
            #expect(unsafe twin_thread_set_name(longest + "n") == ERANGE)
            done.signal()
        }
        done.wait()
    }

    @Test("Allocating makes the file as long as asked and says what is wrong otherwise")
    func allocate() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("twin-allocate-\(UUID().uuidString)").path
        let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_EXCL, 0o600)
        #expect(descriptor >= 0)
        defer {
            close(descriptor)
            unsafe unlink(path)
        }
        #expect(twin_file_allocate(descriptor, 0, 65_536) == 0)
        #expect(lseek(descriptor, 0, SEEK_END) == 65_536)
        #expect(twin_file_allocate(-1, 0, 1) == EBADF)
    }
}
