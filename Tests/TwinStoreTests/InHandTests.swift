import Foundation
import Glibc
import Testing
import TwinStore

@Suite("The input in hand")
struct InHandTests {
    private let folder: ScratchDirectory
    private var path: String { folder.file("in-hand") }

    init() throws { folder = try ScratchDirectory() }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func digest(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
        InputDigest.of(bytes.span, seed: seed)
    }

    @Test("the next process finds the input that its predecessor ended on, and its digest")
    func found() throws {
        do {
            let inHand = try InHand(path: path)
            let destination = bytes("server@server-a")
            inHand.hold(message: destination.span, digest: 1)
            let key = bytes("s1")
            inHand.hold(input: key.span, digest: 42)
            inHand.mark(signal: SIGSEGV)
        }
        let next = try InHand(path: path)
        #expect(
            next.abnormalEnd
                == AbnormalEnd(level: .input, name: "s1", digest: 42, signal: SIGSEGV))
        next.clear()
        #expect(try InHand(path: path).abnormalEnd == nil)
    }

    @Test("without a mark, as after kill -9 or a power cut, nothing has happened")
    func unmarked() throws {
        do {
            let inHand = try InHand(path: path)
            let key = bytes("s1")
            inHand.hold(input: key.span, digest: 42)
        }
        let next = try InHand(path: path)
        #expect(next.abnormalEnd == nil)
        next.mark(signal: SIGILL)
        #expect(next.abnormalEnd == nil, "the next end is not blamed on it")
    }

    @Test("an end with nothing in hand is nobody's; between two entries it is the message's")
    func levels() throws {
        let inHand = try InHand()
        let destination = bytes("server@server-a")
        let key = bytes("s1")
        inHand.mark(signal: SIGILL)
        #expect(inHand.abnormalEnd == nil)
        inHand.hold(message: destination.span, digest: 1)
        inHand.hold(input: key.span, digest: 2)
        inHand.inputDone()
        inHand.mark(signal: SIGILL)
        #expect(inHand.abnormalEnd?.level == .message)
        #expect(inHand.abnormalEnd?.name == "server@server-a")
        inHand.clear()
        inHand.hold(message: destination.span, digest: 1)
        inHand.release()
        inHand.hold(input: key.span, digest: 2)
        inHand.inputDone()
        inHand.mark(signal: SIGILL)
        #expect(inHand.abnormalEnd == nil)
        #expect(inHand.lastInput?.digest == 2)
    }

    @Test("a file of other bytes, short or long, is taken over; a long name is cut")
    func hostile() throws {
        for size in [0, 7, 4_096, 9_000] {
            try Data(repeating: 0xFF, count: size).write(to: URL(filePath: path))
            let inHand = try InHand(path: path)
            #expect(inHand.abnormalEnd == nil)
            let key = [UInt8](repeating: UInt8(ascii: "k"), count: 500)
            inHand.hold(input: key.span, digest: 3)
            inHand.mark(signal: SIGBUS)
            #expect(inHand.abnormalEnd?.name.utf8.count == InHand.nameBytesMax)
        }
    }

    @Test("a digest is the same in every release, and tells every length and every bit apart")
    func digests() {
        let all = (0..<100).map { UInt8($0) }
        #expect(InputDigest.text(digest([], seed: 0)) == "550baaa8e779fa74")
        #expect(InputDigest.text(digest(all, seed: 7)) == "fcb5edf3ba5c0025")
        var seen: Set<UInt64> = []
        for count in 0...all.count {
            let zeros = [UInt8](repeating: 0, count: count)
            #expect(seen.insert(digest(zeros, seed: 0)).inserted, "\(count)")
        }
        for bit in 0..<(all.count * 8) {
            var changed = all
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(seen.insert(digest(changed, seed: 0)).inserted, "bit \(bit)")
        }
        #expect(InputDigest.of(1, 2, seed: 0) != InputDigest.of(2, 1, seed: 0))
        #expect(InputDigest.text(1) == "0000000000000001")
    }
}
