internal import CZeroMQ
internal import Glibc

/// CurveZMQ: encrypted connections whose client knows the server by its key
/// (https://rfc.zeromq.org/spec/26).
///
/// A server admits every client that knows its public key; which clients may come is a ZAP
/// handler's business and not decided here.
package enum Curve: Sendable {
    case off
    /// The side that binds.
    case server(secretKey: CurveKey)
    /// The side that connects, and whom it expects there.
    case client(keys: CurveKeyPair, serverKey: CurveKey)
}

/// One Curve25519 key, public or secret.
package struct CurveKey: Hashable, Sendable {
    /// Bytes of a key.
    package static let byteCount = 32

    /// Characters of its text.
    package static let textCount = 40

    let bytes: [UInt8]

    /// Reads a key's Z85 text, the form in which keys are exchanged.
    package init(z85 text: String) throws(ZeroMQError) {
        guard text.utf8.count == Self.textCount else {
            throw ZeroMQError(
                operation: "read curve key of \(text.utf8.count) characters, wanted "
                    + "\(Self.textCount)", code: EINVAL)
        }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        let decoded = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe text.withCString { unsafe zmq_z85_decode(buffer.baseAddress, $0) } != nil
        }
        guard decoded else {
            throw ZeroMQError(operation: "read curve key: not Z85", code: EINVAL)
        }
        self.bytes = bytes
    }
}

extension CurveKey: CustomStringConvertible, CustomReflectable {
    /// Says nothing of the key: a secret one must not reach a log.
    package var description: String { "CurveKey" }

    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The two keys of one party.
package struct CurveKeyPair: Sendable {
    package var publicKey: CurveKey
    package var secretKey: CurveKey

    package init(publicKey: CurveKey, secretKey: CurveKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// Draws a new pair from the system's randomness.
    package static func generate() throws(ZeroMQError) -> CurveKeyPair {
        // Text and its terminating zero.
        var publicText = [CChar](repeating: 0, count: CurveKey.textCount + 1)
        var secretText = publicText
        try LibraryCall.check("generate curve keys") {
            unsafe zmq_curve_keypair(&publicText, &secretText)
        }
        return CurveKeyPair(
            publicKey: try CurveKey(z85: text(publicText)),
            secretKey: try CurveKey(z85: text(secretText)))
    }

    private static func text(_ characters: [CChar]) -> String {
        String(
            decoding: characters.prefix(CurveKey.textCount).map(UInt8.init(bitPattern:)),
            as: UTF8.self)
    }
}
