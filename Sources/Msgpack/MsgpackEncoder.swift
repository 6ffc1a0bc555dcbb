/// Packs any `Encodable` value: structures as maps with string keys, sequences as arrays,
/// `[UInt8]` as `bin`.
///
/// Equal values give equal bytes in every process: a dictionary's pairs are written in the order of
/// their keys' bytes, and what has no order to write (a set, a dictionary with other keys than
/// strings and integers) is refused. Made for messages of some hundred values: it writes each once,
/// in its place, and allocates per map.
package enum MsgpackEncoder {
    /// Appends the packed form of `value`. When it throws, `packer` is unchanged.
    package static func encode<Value: Encodable>(
        _ value: Value, into packer: inout Packer
    ) throws(MsgpackError) {
        let start = packer.count
        let stream = EncodedStream(behind: &packer)
        do {
            try stream.encode(value)
            stream.finish(into: &packer)
        } catch {
            stream.finish(into: &packer)
            packer.truncate(to: start)
            throw MsgpackError(encoding: error)
        }
    }

    /// Holds most messages without growing.
    private static let capacity = 256

    /// The packed form of `value` alone.
    package static func encode<Value: Encodable>(
        _ value: Value
    ) throws(MsgpackError) -> [UInt8] {
        var packer = Packer(capacity: capacity)
        try encode(value, into: &packer)
        return packer.bytes
    }
}

extension MsgpackError {
    init(encoding error: any Error) {
        switch error {
        case let error as MsgpackError: self = error
        case EncodingError.invalidValue(let value, let context):
            self.init(
                .notEncodable, wanted: context.debugDescription, found: "\(value)", offset: 0,
                path: context.codingPath.joined)
        default:
            self.init(.notEncodable, wanted: "a packable value", found: "\(error)", offset: 0)
        }
    }
}

/// What hashes its elements, so that their order differs from process to process.
protocol HashOrdered {}

extension Dictionary: HashOrdered {}

extension Set: HashOrdered {}

extension [any CodingKey] {
    /// The path as people read it: "racks.3.key".
    var joined: String {
        map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}

/// The key of an array's element: its index.
struct IndexKey: CodingKey {
    let index: Int

    init(_ index: Int) { self.index = index }

    init?(intValue: Int) { index = intValue }

    init?(stringValue: String) { return nil }

    var intValue: Int? { index }

    var stringValue: String { String(index) }
}
