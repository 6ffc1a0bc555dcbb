internal import Msgpack
internal import TwinCore
internal import TwinWire

/// A whole journal record as values, read and written by production's pieces.
struct JournalRecordValue<Twin: JournalledTwin> {
    private struct Section {
        var head: JournalSection
        var inputs: [ShardInput<Twin.Input>] = []
        var alerts: [LoggedAlert] = []
    }

    private var header: JournalHeader
    private var sections: [Section] = []
    /// The values of all reports.
    private var arena: [Float] = []

    init(_ bytes: Span<UInt8>) throws(MsgpackError) {
        var unpacker = Unpacker(bytes)
        header = try JournalHeader(from: &unpacker)
        for _ in 0..<header.sectionCount {
            var section = Section(head: try JournalSection(from: &unpacker))
            for _ in 0..<section.head.inputCount {
                section.inputs.append(
                    try ShardInputCoding.unpack(
                        Twin.self, from: &unpacker, wall: header.time.wall, arena: &arena))
            }
            for _ in 0..<(try unpacker.readArrayHeader()) {
                section.alerts.append(
                    try LoggedAlert(
                        from: &unpacker, shard: section.head.shard, epoch: section.head.epoch))
            }
            sections.append(section)
        }
        try unpacker.expectEnd()
    }

    var packed: [UInt8] {
        var packer = Packer()
        var scratch = Packer()
        header.pack(into: &packer)
        for section in sections {
            section.head.pack(into: &packer)
            for input in section.inputs {
                ShardInputCoding.pack(
                    input, of: Twin.self, arena: arena, wall: header.time.wall,
                    scratch: &scratch, into: &packer)
            }
            packer.packArrayHeader(section.alerts.count)
            for alert in section.alerts { alert.pack(into: &packer) }
        }
        return packer.bytes
    }
}
