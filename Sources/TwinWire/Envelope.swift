package import Msgpack
package import TwinCore

/// The second frame of every message: what it is, which request it belongs to, how long it counts.
///
/// A msgpack array of seven: version, kind, message type, request id, milliseconds left or nil,
/// W3C traceparent or nil, source [instance, start number] or nil. The broker reads it, never the
/// payload.
package struct Envelope: Equatable, Sendable {
    package static let version = 1

    package enum Kind: UInt8, Sendable {
        case request = 0
        case reply = 1
        case event = 2
        case beat = 3
    }

    /// The service process that sent the message.
    package struct Source: Equatable, Sendable {
        package let instance: String
        package let startNumber: UInt64

        package init(instance: String, startNumber: UInt64) {
            self.instance = instance
            self.startNumber = startNumber
        }
    }

    package var kind: Kind
    package var type: MessageType
    /// Drawn at random by the requester, repeated in the reply.
    package var requestID: UInt64
    /// What is left until the requester gives up; nil = it waits.
    package var remainingMilliseconds: UInt32?
    package var traceparent: String?
    package var source: Source?

    package init(
        kind: Kind, type: MessageType, requestID: UInt64, remainingMilliseconds: UInt32? = nil,
        traceparent: String? = nil, source: Source? = nil
    ) {
        self.kind = kind
        self.type = type
        self.requestID = requestID
        self.remainingMilliseconds = remainingMilliseconds
        self.traceparent = traceparent
        self.source = source
    }

    /// The envelope of the answer to this request.
    package func reply(_ type: MessageType, from source: Source? = nil) -> Envelope {
        Envelope(
            kind: .reply, type: type, requestID: requestID, traceparent: traceparent,
            source: source)
    }

    package func pack(into packer: inout Packer) {
        packer.packArrayHeader(Envelope.fieldCount)
        packer.packUInt(UInt64(Envelope.version))
        packer.packUInt(UInt64(kind.rawValue))
        packer.packString(type.rawValue)
        packer.packUInt(requestID)
        if let remainingMilliseconds {
            packer.packUInt(UInt64(remainingMilliseconds))
        } else {
            packer.packNil()
        }
        if let traceparent { packer.packString(traceparent) } else { packer.packNil() }
        if let source {
            packer.packArrayHeader(2)
            packer.packString(source.instance)
            packer.packUInt(source.startNumber)
        } else {
            packer.packNil()
        }
    }

    package var packed: [UInt8] {
        var packer = Packer()
        pack(into: &packer)
        return packer.bytes
    }

    /// Reads an envelope that a peer wrote; throws `unsupported-version` or `invalid`.
    package init(_ bytes: Span<UInt8>) throws(Refusal) {
        guard bytes.count <= Limits.envelopeBytesMax else {
            throw Refusal(
                .tooLarge, "envelope: wanted at most \(Limits.envelopeBytesMax) bytes, "
                    + "found \(bytes.count)")
        }
        do {
            var unpacker = Unpacker(bytes)
            let count = try unpacker.readArrayHeader(max: Envelope.fieldCountMax)
            let version = try unpacker.readInt64()
            guard version == Envelope.version else {
                throw Refusal(
                    .unsupportedVersion, "envelope: protocol version \(version) is not spoken here",
                    found: "\(version)", wanted: "\(Envelope.version)")
            }
            guard count >= Envelope.fieldCount else {
                throw Refusal(
                    .invalid, "envelope: wanted an array of \(Envelope.fieldCount), found \(count)")
            }
            kind = try Envelope.kind(&unpacker)
            type = try Envelope.type(&unpacker)
            requestID = try unpacker.readUInt64()
            remainingMilliseconds =
                unpacker.readNilIfPresent()
                ? nil : UInt32(clamping: try unpacker.readUInt64())
            traceparent =
                unpacker.readNilIfPresent()
                ? nil : try unpacker.readString(maxBytes: Limits.keyBytesMax)
            source = try Envelope.source(&unpacker)
            for _ in Envelope.fieldCount..<count {
                _ = try unpacker.skipValue()
            }
            try unpacker.expectEnd()
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.invalid, "envelope: \(error)")
        }
    }

    private static let fieldCount = 7
    /// Later versions may append fields; these are skipped.
    private static let fieldCountMax = 16

    private static func kind(_ unpacker: inout Unpacker) throws -> Kind {
        let number = try unpacker.readUInt64()
        guard let kind = UInt8(exactly: number).flatMap(Kind.init(rawValue:)) else {
            throw Refusal(
                .invalid, "envelope: wanted kind 0 (request), 1 (reply), 2 (event) or 3 (beat), "
                    + "found \(number)")
        }
        return kind
    }

    private static func type(_ unpacker: inout Unpacker) throws -> MessageType {
        let name = try unpacker.readString(maxBytes: Limits.labelBytesMax)
        guard let type = MessageType(rawValue: name) else {
            throw Refusal(
                .invalid, "envelope: message type \"\(name)\" is unknown", found: name,
                wanted: "a type of Protocol.md, for example Ping")
        }
        return type
    }

    private static func source(_ unpacker: inout Unpacker) throws -> Source? {
        guard !unpacker.readNilIfPresent() else { return nil }
        let count = try unpacker.readArrayHeader(max: 2)
        guard count == 2 else {
            throw Refusal(.invalid, "envelope: wanted source [instance, start number]")
        }
        return Source(
            instance: try unpacker.readString(maxBytes: Limits.instanceNameBytesMax),
            startNumber: try unpacker.readUInt64())
    }
}
