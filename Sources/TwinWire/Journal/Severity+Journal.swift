internal import Msgpack
internal import TwinCore

extension Severity {
    /// Reads the number that a severity is journalled as; another number is an error, never a
    /// guess.
    init(from unpacker: inout Unpacker) throws(MsgpackError) {
        let offset = unpacker.offset
        let number = try unpacker.readInteger(UInt8.self)
        guard let severity = Severity(rawValue: number) else {
            throw MsgpackError(
                .invalidValue, wanted: "a severity", found: "\(number)", offset: offset)
        }
        self = severity
    }
}
