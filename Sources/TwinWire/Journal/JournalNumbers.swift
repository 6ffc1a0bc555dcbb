internal import Msgpack
internal import TwinCore

/// Numbers of a journal record that must leave room to count on: one that does not is none of
/// ours, and would stop the shard at its next input.
enum JournalNumbers {
    /// A position or a sequence: there are as many to come as there were.
    private static let counterMax = UInt64(Int64.max)

    /// Reads a number that goes up by one each time.
    static func counter(_ unpacker: inout Unpacker) throws(MsgpackError) -> UInt64 {
        try upTo(counterMax, &unpacker)
    }

    /// Reads a shard's index.
    static func shard(_ unpacker: inout Unpacker) throws(MsgpackError) -> UInt16 {
        try upTo(UInt64(Limits.shardCountMax - 1), &unpacker)
    }

    /// Reads a number from 0 to `max`, which `Number` can hold.
    static func upTo<Number: FixedWidthInteger>(
        _ max: UInt64, _ unpacker: inout Unpacker
    ) throws(MsgpackError) -> Number {
        let offset = unpacker.offset
        let number = try unpacker.readUInt64()
        guard number <= max else {
            throw MsgpackError(
                .outOfRange, wanted: "a number from 0 to \(max)", found: "\(number)",
                offset: offset)
        }
        return Number(number)
    }
}
