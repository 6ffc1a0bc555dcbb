internal import CPlatform
import Glibc

/// What the engine's thread has in hand, in a page of `STATE_DIR/in-hand` that outlives the
/// process: after an end by a trap the next start knows which input it was.
///
/// Holding is a few stores, without a system call; some seconds apart, when the kernel has written
/// the page back, the next store may wait for the file system once. A handler for SIGILL, SIGTRAP,
/// SIGABRT, SIGSEGV, SIGBUS and SIGFPE marks the page (`watch`); kill -9 and a power cut never do.
///
/// Two levels: the message, named by its destination, and one input of one twin, named by its key;
/// names beyond 160 bytes are cut. Between two entries of a batch the message is in hand again, so
/// that nobody is blamed for bytes of a neighbour. Between messages nothing is: an end then is
/// nobody's.
@safe
package final class InHand: @unchecked Sendable {
    // One thread writes; the handler runs on that thread.
    private let page: OpaquePointer
    private let memory: UnsafeMutableRawPointer
    private var holdsMessage = false

    private static let bytes = Int(TWIN_IN_HAND_BYTES)
    /// Longer names are cut.
    package static let nameBytesMax = Int(TWIN_IN_HAND_TEXT_MAX)

    /// A page that nothing outlives: for tests and simulations.
    package convenience init() throws(StoreError) {
        try self.init(descriptor: -1, flags: MAP_PRIVATE | MAP_ANONYMOUS, file: "no file")
    }

    /// Maps the file at `path`, making it when it does not exist. A file that is not ours is
    /// overwritten: it holds nothing that is missed.
    package convenience init(path: String) throws(StoreError) {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT)
        if try file.size() < UInt64(Self.bytes) { try file.reserve(UInt64(Self.bytes)) }
        try self.init(descriptor: file.descriptor, flags: MAP_SHARED, file: path)
    }

    private init(descriptor: Int32, flags: Int32, file: String) throws(StoreError) {
        let mapped = unsafe mmap(
            nil, Self.bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0)
        guard let memory = unsafe mapped, unsafe memory != MAP_FAILED else {
            throw .system(errno, couldNot: "map the file", file: file)
        }
        unsafe self.memory = memory
        unsafe page = OpaquePointer(memory)
        unsafe twin_in_hand_prepare(page)
        // What a process without an abnormal end left in hand must not be blamed for the next.
        if unsafe twin_in_hand_signal(page) == 0 { unsafe twin_in_hand_clear(page) }
    }

    deinit {
        unsafe twin_in_hand_unwatch(page)
        _ = unsafe munmap(memory, Self.bytes)
    }

    /// Marks the page when the calling thread ends the process. The page must live as long as the
    /// process does.
    package func watch() throws(StoreError) {
        let problem = unsafe twin_in_hand_watch(page)
        guard problem == 0 else {
            throw .system(problem, couldNot: "watch for the end of the process", file: "in-hand")
        }
    }

    // MARK: holding

    /// From here on the message to `destination` is in hand.
    package func hold(message destination: Span<UInt8>, digest: UInt64) {
        holdsMessage = true
        unsafe destination.withUnsafeBufferPointer { text in
            unsafe twin_in_hand_hold_message(page, text.baseAddress, text.count, digest)
        }
    }

    /// From here on this input of the twin `key` is in hand.
    package func hold(input key: Span<UInt8>, digest: UInt64) {
        unsafe key.withUnsafeBufferPointer { text in
            unsafe twin_in_hand_hold_input(page, text.baseAddress, text.count, digest)
        }
    }

    /// The input is done: the message of which it was a part is in hand again, if it was.
    package func inputDone() {
        unsafe twin_in_hand_keep(
            page, UInt32(holdsMessage ? TWIN_HELD_MESSAGE : TWIN_HELD_NOTHING))
    }

    /// Nothing is in hand.
    package func release() {
        holdsMessage = false
        unsafe twin_in_hand_keep(page, UInt32(TWIN_HELD_NOTHING))
    }

    // MARK: after the end

    /// What was in hand when the last process ended abnormally; nil when it did not, or had
    /// nothing in hand.
    package var abnormalEnd: AbnormalEnd? {
        let signal = unsafe twin_in_hand_signal(page)
        guard signal != 0 else { return nil }
        return last(unsafe twin_in_hand_held(page)).map {
            AbnormalEnd(level: $0.level, name: $0.name, digest: $0.digest, signal: signal)
        }
    }

    /// The end is counted: takes the mark away.
    package func clear() { unsafe twin_in_hand_clear(page) }

    /// Marks the page as the handler does: what simulations call an end.
    package func mark(signal: Int32) { unsafe twin_in_hand_mark(page, signal) }

    /// The message that is or was in hand last, released or not.
    package var lastMessage: AbnormalEnd? { last(UInt32(TWIN_HELD_MESSAGE)) }
    /// The input that is or was in hand last, released or not.
    package var lastInput: AbnormalEnd? { last(UInt32(TWIN_HELD_INPUT)) }

    private func last(_ held: UInt32) -> AbnormalEnd? {
        let level: AbnormalEnd.Level
        switch Int32(bitPattern: held) {
        case TWIN_HELD_MESSAGE: level = .message
        case TWIN_HELD_INPUT: level = .input
        default: return nil
        }
        var digest: UInt64 = 0
        let room = Int(TWIN_IN_HAND_TEXT_MAX)
        let text = unsafe [UInt8](unsafeUninitializedCapacity: room) { bytes, count in
            unsafe count = twin_in_hand_text(page, held, bytes.baseAddress, room, &digest)
        }
        return AbnormalEnd(
            level: level, name: String(decoding: text, as: UTF8.self), digest: digest, signal: 0)
    }
}

/// An input that was in hand when the process ended.
package struct AbnormalEnd: Equatable, Sendable {
    package enum Level: Sendable {
        /// A whole message; the name is its destination.
        case message
        /// One input of one twin; the name is the twin's key.
        case input
    }

    package let level: Level
    package let name: String
    package let digest: UInt64
    package let signal: Int32

    package init(level: Level, name: String, digest: UInt64, signal: Int32) {
        self.level = level
        self.name = name
        self.digest = digest
        self.signal = signal
    }
}

/// The digest by which an input is known again: 64 bits, the same on every machine and in every
/// release. It tells inputs of one twin apart; it does not withstand malice, which could only ban
/// inputs of its own.
package enum InputDigest {
    /// Digest of bytes. `seed` tells kinds of inputs apart. About 10 bytes in a nanosecond.
    package static func of(_ bytes: Span<UInt8>, seed: UInt64) -> UInt64 {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe twin_digest(bytes.baseAddress, bytes.count, seed)
        }
    }

    /// Digest of some numbers.
    package static func of(_ numbers: UInt64..., seed: UInt64) -> UInt64 {
        numbers.reduce(seed) { of($1, seed: $0) }
    }

    /// Digest of one number; the list of some is one of their digests in a row.
    package static func of(_ number: UInt64, seed: UInt64) -> UInt64 {
        var number = number.littleEndian
        return unsafe withUnsafeBytes(of: &number) { bytes in
            unsafe twin_digest(bytes.baseAddress, bytes.count, seed)
        }
    }

    /// The digest as rows and documents show it: 16 hexadecimal digits.
    package static func text(_ digest: UInt64) -> String {
        let digits = String(digest, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
