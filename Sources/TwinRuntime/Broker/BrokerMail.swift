internal import TwinCore
internal import TwinWire
internal import ZeroMQ

/// One message that the broker received, its frames found and its envelope read.
struct BrokerMail {
    /// Where an answer goes.
    let origin: RouteFrame
    /// nil when it could not be read.
    let envelope: Envelope?
    /// What a refusal names; 0 when there is none to read.
    let requestID: UInt64
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
            let asked =
                message.frameCount > first + 1 ? AskedEnvelope(message.frame(first + 1)) : nil
            let mail = BrokerMail(
                origin: origin, envelope: nil, requestID: asked?.requestID ?? 0, firstFrame: first)
            return (mail, refusal)
        }
        do {
            let envelope = try Envelope(message.frame(first + 1))
            let mail = BrokerMail(
                origin: origin, envelope: envelope, requestID: envelope.requestID,
                firstFrame: first)
            return (mail, excess(in: message, from: first))
        } catch {
            let asked = AskedEnvelope(message.frame(first + 1))
            let mail = BrokerMail(
                origin: origin, envelope: nil, requestID: asked?.requestID ?? 0, firstFrame: first)
            return (mail, error)
        }
    }

    /// The refusal of the first frame that is too large; nil = none is.
    private static func excess(in message: Message, from first: Int) -> Refusal? {
        for number in 1...contentFrames {
            let count = message.frame(first + number - 1).count
            guard count > Limits.frameBytesMax else { continue }
            return Refusal(
                .tooLarge,
                "message: frame \(number) of \(contentFrames): wanted at most "
                    + "\(Limits.frameBytesMax) bytes, found \(count)", found: "\(count)",
                wanted: "at most \(Limits.frameBytesMax) bytes", hint: "send it in parts")
        }
        return nil
    }

    private static let contentFrames = 3
}
