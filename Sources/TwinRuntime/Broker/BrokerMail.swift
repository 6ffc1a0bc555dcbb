internal import TwinCore
internal import TwinWire
internal import ZeroMQ

/// One message that the broker received, its frames found and its envelope read.
struct BrokerMail {
    /// Where an answer goes.
    let origin: RouteFrame
    /// nil when it could not be read.
    let envelope: Envelope?
    /// The number of the first frame after routing id and delimiter; there are three from it on.
    let firstFrame: Int

    /// Finds the frames; `problem` says what is wrong with them.
    ///
    /// nil when there is nobody to answer to.
    static func read(
        _ message: Message, _ received: Socket.Received, side: RouteFrame.Side, nonce: UInt64
    ) -> (mail: BrokerMail, problem: Refusal?)? {
        guard message.frameCount > 1 else { return nil }
        let hasDelimiter = message.frame(1).isEmpty
        let first = hasDelimiter ? 2 : 1
        let origin = RouteFrame(
            side: side, hasDelimiter: hasDelimiter, brokerNonce: nonce,
            routingID: message.bytes(0))
        let count: Int =
            if case .tooManyFrames(let all) = received { all } else { message.frameCount }
        guard count - first == contentFrames else {
            let refusal = Refusal(
                .invalid,
                "message: wanted \(contentFrames) frames (destination, envelope, "
                    + "payload), found \(count - first)")
            return (BrokerMail(origin: origin, envelope: nil, firstFrame: first), refusal)
        }
        do {
            let envelope = try Envelope(message.frame(first + 1))
            return (BrokerMail(origin: origin, envelope: envelope, firstFrame: first), nil)
        } catch {
            return (BrokerMail(origin: origin, envelope: nil, firstFrame: first), error)
        }
    }

    private static let contentFrames = 3
}
