/// A message of several frames, made or received, in one buffer that is kept from message to
/// message.
///
/// `removeAll` keeps the buffer, so that a loop which reuses one message stops allocating once it
/// has seen its largest.
package struct Message: Hashable, Sendable {
    private var bytes: [UInt8] = []
    /// Where each frame ends in `bytes`; it begins where the one before it ends.
    private var ends: [Int] = []

    package init() {}

    /// A message of whole frames, for convenience.
    package init(_ frames: [[UInt8]]) {
        for frame in frames { append(frame) }
    }

    package var frameCount: Int { ends.count }

    /// Bytes of all frames together.
    package var byteCount: Int { bytes.count }

    /// The frame as a view, valid while the message is not changed. Traps if there is no such
    /// frame.
    @_lifetime(borrow self)
    package func frame(_ index: Int) -> Span<UInt8> {
        bytes.span.extracting(range(index))
    }

    /// The frame as a copy. Traps if there is no such frame.
    package func bytes(_ index: Int) -> [UInt8] {
        Array(bytes[range(index)])
    }

    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Appends a frame.
    package mutating func append(_ frame: Span<UInt8>) {
        unsafe frame.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    package mutating func append(_ frame: [UInt8]) {
        bytes.append(contentsOf: frame)
        ends.append(bytes.count)
    }

    /// Appends a frame of text.
    package mutating func append(utf8 text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    /// Appends a frame without bytes, such as the delimiter before a REQ socket's frames.
    package mutating func appendEmpty() {
        ends.append(bytes.count)
    }

    /// Appends what libzmq received.
    mutating func append(_ frame: UnsafeRawBufferPointer) {
        unsafe bytes.append(contentsOf: frame)
        ends.append(bytes.count)
    }
}
