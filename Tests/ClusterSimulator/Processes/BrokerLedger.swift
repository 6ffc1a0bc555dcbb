import TwinCore
import TwinWire

/// What became of every request that the broker read from a client: it must be passed on, answered
/// or held, and what is held passed on or answered later. Kept by watching the broker's sockets.
final class BrokerLedger {
    private struct Entry {
        /// Copies that are neither passed on nor answered.
        var unsettled: Int
        /// When the last of them was read.
        var turn: UInt64
    }

    /// By request id.
    private var entries: [UInt64: Entry] = [:]
    private var turn: UInt64 = 0
    /// For the mutation that sends there for ever: who was sent a twin's messages first.
    private var firstLinks: [String: Int] = [:]

    private(set) var unsettledCount = 0

    func beginTurn() { turn += 1 }

    /// A client's message: `[destination][envelope][payload]`.
    func read(_ frames: [[UInt8]]) {
        guard let envelope = Self.envelope(of: frames), envelope.kind == .request else { return }
        entries[envelope.requestID, default: Entry(unsettled: 0, turn: turn)].unsettled += 1
        entries[envelope.requestID]?.turn = turn
        unsettledCount += 1
    }

    /// A message to an instance: `[route][destination][envelope][payload]` when it was passed on.
    func forwarded(_ frames: [[UInt8]]) {
        guard frames.count == Self.forwardedFrames else { return }
        settle(frames)
    }

    /// An answer to a client: `[envelope][payload]`, whether it could be sent or not.
    func answered(_ frames: [[UInt8]]) { settle(frames) }

    /// Whether a message that is passed on now was read in an earlier turn.
    func wasHeld(_ frames: [[UInt8]]) -> Bool {
        guard frames.count == Self.forwardedFrames, let entry = entry(of: frames) else {
            return false
        }
        return entry.turn < turn
    }

    /// Whether this is the message of a client that is passed on.
    func isOfClient(_ frames: [[UInt8]]) -> Bool {
        frames.count == Self.forwardedFrames && entry(of: frames) != nil
    }

    /// The connection that was sent this destination's messages first; now this one, if it is new.
    func firstLink(of destination: String, now link: Int) -> Int {
        let first = firstLinks[destination] ?? link
        firstLinks[destination] = first
        return first
    }

    private func settle(_ frames: [[UInt8]]) {
        guard let id = Self.envelope(of: frames)?.requestID, var entry = entries[id] else { return }
        entry.unsettled -= 1
        unsettledCount -= 1
        entries[id] = entry.unsettled == 0 ? nil : entry
    }

    private func entry(of frames: [[UInt8]]) -> Entry? {
        Self.envelope(of: frames).flatMap { entries[$0.requestID] }
    }

    private static let forwardedFrames = 4

    private static func envelope(of frames: [[UInt8]]) -> Envelope? {
        guard frames.count >= 2 else { return nil }
        let header = frames[frames.count - 2]
        do {
            return try Envelope(header.span)
        } catch {
            return nil
        }
    }
}
