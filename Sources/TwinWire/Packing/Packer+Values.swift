internal import Msgpack
internal import TwinCore

/// The small values of rows and statuses, each to the bytes of its `Encodable` form.
extension Packer {
    mutating func pack(_ key: TwinKey) { packString(utf8: key.bytes.span) }

    mutating func pack(_ version: Version) {
        packMapHeader(2)
        packKey("epoch")
        packUInt(UInt64(version.epoch.rawValue))
        packKey("position")
        packUInt(version.position.rawValue)
    }

    mutating func pack(_ text: String?) {
        if let text { packString(text) } else { packNil() }
    }

    /// A pair of a map; nothing for nil.
    mutating func pack(present text: String?, as key: StaticString) {
        guard let text else { return }
        packKey(key)
        packString(text)
    }

    mutating func pack(_ onset: CorrelationOnset) {
        packMapHeader(2)
        packKey("arrival")
        packInt(onset.arrival.milliseconds)
        packKey("wall")
        packInt(onset.wall.milliseconds)
    }

    /// A value of which there are few. Our own values always have a packed form.
    mutating func pack(rare value: some Encodable) {
        do {
            try MsgpackEncoder.encode(value, into: &self)
        } catch {
            invariant(false, "\(type(of: value)) does not pack: \(error)")
        }
    }
}
