/// The name of one running service process, drawn at its first start and kept with its state.
///
/// 1–64 bytes of the key alphabet, so that `server@NAME` is always a readable destination.
package struct InstanceName: Hashable, Sendable, Comparable {
    package let text: String

    package init(_ text: String) throws(AddressError) {
        let key = try TwinKey(text)
        guard key.bytes.count <= Limits.instanceNameBytesMax else {
            throw .keyTooLong(count: key.bytes.count)
        }
        self.text = text
    }

    package static func < (left: InstanceName, right: InstanceName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension InstanceName: CustomStringConvertible {
    package var description: String { text }
}

extension InstanceName: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
