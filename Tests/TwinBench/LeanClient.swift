import Msgpack
import TwinCore
import TwinWire
import ZeroMQ

/// A client without retries and deadlines: what it costs is libzmq's work and hardly anything else.
///
/// Used where the transport is compared with the cluster, on both sides, so that neither pays for
/// more client than the other.
struct LeanClient: ~Copyable {
    private var socket: Socket
    private var poller = Poller()
    private var outgoing = Message()
    private var incoming = Message()
    private var packer = Packer()

    /// Connects in the background; until then nothing is taken for sending.
    init(to endpoint: String) throws {
        var options = SocketOptions()
        options.sendQueueMax = Limits.clientQueueMessages
        options.receiveQueueMax = Limits.clientQueueMessages
        options.queuesOnlyToConnected = true
        var socket = try Socket(.dealer, in: try Context(), options: options)
        try socket.connect(endpoint)
        _ = poller.add(socket)
        self.socket = socket
    }

    /// False when the connection takes no more now.
    mutating func send(
        to destination: [UInt8], _ type: MessageType, id: UInt64, payload: [UInt8]
    ) throws -> Bool {
        packer.removeAll()
        Envelope(kind: .request, type: type, requestID: id).pack(into: &packer)
        outgoing.removeAll()
        outgoing.append(destination)
        outgoing.append(packer.bytes)
        outgoing.append(payload)
        return try socket.send(outgoing) == .sent
    }

    /// An answer: to which request, and the sentence of a refusal.
    struct Answer {
        var id: UInt64
        var refusal: Refusal?
    }

    /// The next answer that is there already.
    mutating func receive() throws -> Answer? {
        guard try socket.receive(into: &incoming) == .message else { return nil }
        guard incoming.frameCount == 2 else {
            throw BenchError("an answer of 2 frames was wanted, found \(incoming.frameCount)")
        }
        let envelope = try Envelope(incoming.frame(0))
        guard envelope.type == .refused else { return Answer(id: envelope.requestID) }
        let refused = try Payload.unpack(
            RefusalPayload.self, from: incoming.frame(1), of: .refused)
        return Answer(id: envelope.requestID, refusal: refused.refusal)
    }

    /// Waits until an answer is there, or so long.
    mutating func wait(milliseconds: Int) throws {
        _ = try poller.wait(timeoutMilliseconds: milliseconds)
    }
}
