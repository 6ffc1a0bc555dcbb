package import Msgpack
package import TwinCore

/// The journalled form of the twins' inputs: a tag, then the packed content.
private enum InputCoding {
    static func pack<Content: Encodable>(
        _ tag: UInt8, _ content: Content, into packer: inout Packer
    ) {
        packer.packUInt(UInt64(tag))
        packer.packRaw(Payload.pack(content))
    }

    static func pack(_ tag: UInt8, into packer: inout Packer) { packer.packUInt(UInt64(tag)) }

    static func tag(of bytes: [UInt8]) throws(MsgpackError) -> UInt8 {
        var unpacker = Unpacker(bytes.span)
        return try unpacker.readInteger(UInt8.self)
    }

    static func content<Content: Decodable>(
        _ type: Content.Type, of bytes: [UInt8]
    ) throws(MsgpackError) -> Content {
        // Tags are below 128: one byte.
        try MsgpackDecoder.decode(type, from: bytes.span.extracting(1...))
    }

    /// An input that is its tag alone.
    static func bare<Input>(_ input: Input, _ bytes: [UInt8]) throws(MsgpackError) -> Input {
        guard bytes.count == 1 else {
            throw MsgpackError(
                .trailingBytes, wanted: "a tag alone", found: "\(bytes.count) bytes", offset: 1)
        }
        return input
    }

    static func unknown(_ tag: UInt8, tier: Tier) -> MsgpackError {
        MsgpackError(
            .invalidValue, wanted: "the tag of a \(tier) twin's input", found: "\(tag)", offset: 0)
    }
}

extension ServerTwin: JournalledTwin {
    private enum Tag {
        static let commission: UInt8 = 0
        static let decommission: UInt8 = 1
        static let heard: UInt8 = 2
        static let receipt: UInt8 = 3
        static let command: UInt8 = 4
        static let timer: UInt8 = 5
    }

    package static func pack(_ input: Input, into packer: inout Packer) {
        switch input {
        case .commission(let commission):
            InputCoding.pack(Tag.commission, commission, into: &packer)
        case .decommission: InputCoding.pack(Tag.decommission, into: &packer)
        case .heard(let kind): InputCoding.pack(Tag.heard, kind, into: &packer)
        case .receipt(let receipt): InputCoding.pack(Tag.receipt, receipt, into: &packer)
        case .command(let command): InputCoding.pack(Tag.command, command, into: &packer)
        case .timer: InputCoding.pack(Tag.timer, into: &packer)
        case .report:
            invariant(false, "server/: reports are journalled by numbers")
        }
    }

    package static func unpackInput(_ bytes: [UInt8]) throws(MsgpackError) -> Input {
        switch try InputCoding.tag(of: bytes) {
        case Tag.commission: .commission(try InputCoding.content(Commission.self, of: bytes))
        case Tag.decommission: try InputCoding.bare(.decommission, bytes)
        case Tag.heard: .heard(try InputCoding.content(HeardOnly.self, of: bytes))
        case Tag.receipt: .receipt(try InputCoding.content(Receipt.self, of: bytes))
        case Tag.command: .command(try InputCoding.content(TwinCommand.self, of: bytes))
        case Tag.timer: try InputCoding.bare(.timer, bytes)
        case let tag: throw InputCoding.unknown(tag, tier: .server)
        }
    }
}

extension RackTwin: JournalledTwin {
    private enum Tag {
        static let status: UInt8 = 0
        static let receipt: UInt8 = 1
        static let command: UInt8 = 2
        static let timer: UInt8 = 3
        static let childShards: UInt8 = 4
    }

    package static func pack(_ input: Input, into packer: inout Packer) {
        switch input {
        case .status(let message): InputCoding.pack(Tag.status, message, into: &packer)
        case .receipt(let receipt): InputCoding.pack(Tag.receipt, receipt, into: &packer)
        case .command(let command): InputCoding.pack(Tag.command, command, into: &packer)
        case .timer: InputCoding.pack(Tag.timer, into: &packer)
        case .childShards: InputCoding.pack(Tag.childShards, into: &packer)
        }
    }

    package static func unpackInput(_ bytes: [UInt8]) throws(MsgpackError) -> Input {
        switch try InputCoding.tag(of: bytes) {
        case Tag.status:
            .status(try InputCoding.content(ChildMessage<ServerStatus>.self, of: bytes))
        case Tag.receipt: .receipt(try InputCoding.content(Receipt.self, of: bytes))
        case Tag.command: .command(try InputCoding.content(TwinCommand.self, of: bytes))
        case Tag.timer: try InputCoding.bare(.timer, bytes)
        case Tag.childShards: try InputCoding.bare(.childShards, bytes)
        case let tag: throw InputCoding.unknown(tag, tier: .rack)
        }
    }
}

extension DatacenterTwin: JournalledTwin {
    private enum Tag {
        static let status: UInt8 = 0
        static let command: UInt8 = 1
        static let timer: UInt8 = 2
        static let childShards: UInt8 = 3
        static let observation: UInt8 = 4
    }

    package static func pack(_ input: Input, into packer: inout Packer) {
        switch input {
        case .status(let message): InputCoding.pack(Tag.status, message, into: &packer)
        case .command(let command): InputCoding.pack(Tag.command, command, into: &packer)
        case .timer: InputCoding.pack(Tag.timer, into: &packer)
        case .childShards: InputCoding.pack(Tag.childShards, into: &packer)
        case .observation(let report): InputCoding.pack(Tag.observation, report, into: &packer)
        }
    }

    package static func unpackInput(_ bytes: [UInt8]) throws(MsgpackError) -> Input {
        switch try InputCoding.tag(of: bytes) {
        case Tag.status:
            .status(try InputCoding.content(ChildMessage<RackStatus>.self, of: bytes))
        case Tag.command: .command(try InputCoding.content(TwinCommand.self, of: bytes))
        case Tag.timer: try InputCoding.bare(.timer, bytes)
        case Tag.childShards: try InputCoding.bare(.childShards, bytes)
        case Tag.observation:
            .observation(try InputCoding.content(ObservationReport.self, of: bytes))
        case let tag: throw InputCoding.unknown(tag, tier: .dc)
        }
    }
}
