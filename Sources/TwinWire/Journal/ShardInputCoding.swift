package import Msgpack
package import TwinCore

/// A twin whose inputs have a journalled form.
package protocol JournalledTwin: ShardTwin {
    static func pack(_ input: Input, into packer: inout Packer)
    /// Reads the form that `pack` wrote; the bytes are this one input.
    static func unpackInput(_ bytes: [UInt8]) throws(MsgpackError) -> Input
}

/// The journalled form of a shard's inputs: a tag, then its fields, one array an input.
///
/// A report is its ordinal, its time relative to the turn's, and little-endian floats: about 55
/// bytes for ten metrics.
package enum ShardInputCoding {
    private enum Tag: UInt8 {
        case twin = 0
        case birth, report, observation
        /// Of older releases, which did not know `staleAfter`: read, not written.
        case shortConfiguration
        case childShards, sourceEpoch, metricSet, profile, awaitedChildShards, parentEpoch
        case configuration

        /// What follows the tag in its array.
        var fieldCount: Int {
            switch self {
            case .childShards, .awaitedChildShards: 1
            case .twin, .observation, .shortConfiguration, .sourceEpoch, .metricSet,
                .parentEpoch:
                2
            case .configuration: 3
            case .birth, .profile: 4
            case .report: 8
            }
        }
    }

    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package static func pack<Twin: JournalledTwin>(
        _ input: ShardInput<Twin.Input>, of twin: Twin.Type, arena: [Float], wall: Timestamp,
        scratch: inout Packer, into packer: inout Packer
    ) {
        switch input {
        case .twin(let ordinal, let input):
            begin(.twin, &packer)
            packer.packUInt(UInt64(ordinal))
            packInput(input, of: twin, scratch: &scratch, into: &packer)
        case .birth(let key, let ordinal, let firstIncidentNumber, let input):
            begin(.birth, &packer)
            packer.packString(utf8: key.bytes.span)
            packer.packUInt(UInt64(ordinal))
            packer.packUInt(UInt64(firstIncidentNumber))
            packInput(input, of: twin, scratch: &scratch, into: &packer)
        case .report(let report):
            begin(.report, &packer)
            pack(report, arena: arena, wall: wall, into: &packer)
        case .observation(let isObserving, let floor):
            begin(.observation, &packer)
            packer.packBool(isObserving)
            packer.packInt(floor.milliseconds)
        case .configuration(let configuration):
            begin(.configuration, &packer)
            packer.packUInt(UInt64(configuration.pageFrom.rawValue))
            packer.packBool(configuration.allowsSimulation)
            packer.packInt(configuration.staleAfter.rawValue)
        case .childShards(let shards):
            begin(.childShards, &packer)
            pack(shards, into: &packer)
        case .sourceEpoch(let shard, let epoch):
            begin(.sourceEpoch, &packer)
            packer.packUInt(UInt64(shard))
            packer.packUInt(UInt64(epoch.rawValue))
        case .awaitedChildShards(let shards):
            begin(.awaitedChildShards, &packer)
            pack(shards, into: &packer)
        case .parentEpoch(let shard, let epoch):
            begin(.parentEpoch, &packer)
            packer.packUInt(UInt64(shard))
            packer.packUInt(UInt64(epoch.rawValue))
        case .metricSet(let id, let names):
            begin(.metricSet, &packer)
            packer.packUInt(UInt64(id))
            packer.packArrayHeader(names.count)
            for name in names { packer.packString(name) }
        case .profile(let id, let profile):
            begin(.profile, &packer)
            packer.packUInt(UInt64(id))
            packOptional(profile.interval.map { UInt64($0.rawValue) }, into: &packer)
            packOptional(profile.agentVersion, into: &packer)
            packOptional(profile.relay, into: &packer)
        }
    }

    private static func begin(_ tag: Tag, _ packer: inout Packer) {
        packer.packArrayHeader(tag.fieldCount + 1)
        packer.packUInt(UInt64(tag.rawValue))
    }

    private static func packInput<Twin: JournalledTwin>(
        _ input: Twin.Input, of twin: Twin.Type, scratch: inout Packer, into packer: inout Packer
    ) {
        scratch.removeAll()
        Twin.pack(input, into: &scratch)
        packer.packBin(scratch.bytes)
    }

    private static func pack(
        _ report: ReportInput, arena: [Float], wall: Timestamp, into packer: inout Packer
    ) {
        packer.packUInt(UInt64(report.ordinal))
        packer.packInt((report.at - wall).rawValue)
        packer.packUInt(UInt64(report.flags.rawValue))
        packer.packUInt(UInt64(report.metricSet))
        packer.packUInt(UInt64(report.target))
        packer.packUInt(UInt64(report.profile))
        FloatBytes.pack(arena, report.values, into: &packer)
        guard !report.devices.isEmpty else { return packer.packNil() }
        packer.packArrayHeader(report.devices.count)
        for device in report.devices {
            packer.packUInt(UInt64(device.metricIndex))
            packer.packString(device.name)
        }
    }

    private static func pack(_ shards: ShardSet, into packer: inout Packer) {
        packer.packArrayHeader(shards.count)
        for index in shards.indices { packer.packUInt(UInt64(index)) }
    }

    private static func packOptional(_ number: UInt64?, into packer: inout Packer) {
        if let number { packer.packUInt(number) } else { packer.packNil() }
    }

    private static func packOptional(_ text: String?, into packer: inout Packer) {
        if let text { packer.packString(text) } else { packer.packNil() }
    }

    // MARK: reading

    /// Reads one input; a report's values are appended to `arena`.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package static func unpack<Twin: JournalledTwin>(
        _ twin: Twin.Type, from unpacker: inout Unpacker, wall: Timestamp, arena: inout [Float]
    ) throws(MsgpackError) -> ShardInput<Twin.Input> {
        switch try unpackTag(&unpacker) {
        case .twin:
            return .twin(
                ordinal: try unpacker.readUInt32(),
                try Twin.unpackInput(try unpacker.readBinBytes(maxBytes: inputBytesMax)))
        case .birth:
            return .birth(
                key: try unpackKey(&unpacker), ordinal: try unpacker.readUInt32(),
                firstIncidentNumber: try unpacker.readUInt32(),
                try Twin.unpackInput(try unpacker.readBinBytes(maxBytes: inputBytesMax)))
        case .report:
            return .report(try unpackReport(&unpacker, wall: wall, arena: &arena))
        case .observation:
            return .observation(
                isObserving: try unpacker.readBool(),
                floor: Elapsed(milliseconds: try unpacker.readInt64()))
        case .shortConfiguration:
            return .configuration(
                ClusterConfiguration(
                    pageFrom: try Severity(from: &unpacker),
                    allowsSimulation: try unpacker.readBool()))
        case .configuration:
            return .configuration(
                ClusterConfiguration(
                    pageFrom: try Severity(from: &unpacker),
                    allowsSimulation: try unpacker.readBool(),
                    staleAfter: Milliseconds(rawValue: try unpacker.readInt64())))
        case .childShards:
            return .childShards(try unpackShards(&unpacker))
        case .awaitedChildShards:
            return .awaitedChildShards(try unpackShards(&unpacker))
        case .parentEpoch:
            return .parentEpoch(
                shard: try unpacker.readUInt16(),
                Epoch(rawValue: try unpacker.readUInt32()))
        case .sourceEpoch:
            return .sourceEpoch(
                shard: try unpacker.readUInt16(),
                Epoch(rawValue: try unpacker.readUInt32()))
        case .metricSet:
            let id = try unpacker.readUInt16()
            var names: [String] = []
            for _ in 0..<(try unpacker.readArrayHeader(max: Limits.metricsPerServerMax)) {
                names.append(try unpacker.readString(maxBytes: Limits.metricNameBytesMax))
            }
            return .metricSet(id: id, names: names)
        case .profile:
            return try unpackProfile(&unpacker)
        }
    }

    private static let inputBytesMax = Limits.frameBytesMax

    private static func unpackShards(
        _ unpacker: inout Unpacker
    ) throws(MsgpackError) -> ShardSet {
        var shards = ShardSet()
        for _ in 0..<(try unpacker.readArrayHeader(max: Limits.shardCountMax)) {
            shards.insert(try unpacker.readUInt16())
        }
        return shards
    }

    private static func unpackTag(_ unpacker: inout Unpacker) throws(MsgpackError) -> Tag {
        let start = unpacker.offset
        let count = try unpacker.readArrayHeader()
        let offset = unpacker.offset
        let number = try unpacker.readUInt8()
        guard let tag = Tag(rawValue: number) else {
            throw MsgpackError(
                .invalidValue, wanted: "the tag of a shard input", found: "\(number)",
                offset: offset)
        }
        guard count == tag.fieldCount + 1 else {
            throw MsgpackError(
                .invalidValue, wanted: "an array of \(tag.fieldCount + 1) for a \(tag)",
                found: "one of \(count)", offset: start)
        }
        return tag
    }

    private static func unpackKey(_ unpacker: inout Unpacker) throws(MsgpackError) -> TwinKey {
        let offset = unpacker.offset
        let text = try unpacker.readString(maxBytes: Limits.keyBytesMax)
        do {
            return try TwinKey(text)
        } catch {
            throw MsgpackError(.invalidValue, wanted: "a key", found: "\(error)", offset: offset)
        }
    }

    private static func unpackReport(
        _ unpacker: inout Unpacker, wall: Timestamp, arena: inout [Float]
    ) throws(MsgpackError) -> ReportInput {
        let ordinal = try unpacker.readUInt32()
        let at = wall + Milliseconds(rawValue: try unpacker.readInt64())
        let flags = ReportFlags(rawValue: try unpacker.readUInt8())
        let metricSet = try unpacker.readUInt16()
        let target = try unpacker.readUInt16()
        let profile = try unpacker.readUInt16()
        let values = try FloatBytes.unpack(&unpacker, into: &arena)
        var devices: [WorstDevice] = []
        if !unpacker.readNilIfPresent() {
            let count = try unpacker.readArrayHeader(max: Limits.metricsPerServerMax)
            for _ in 0..<count {
                devices.append(
                    WorstDevice(
                        metricIndex: try unpacker.readUInt8(),
                        name: try unpacker.readString(maxBytes: Limits.keyBytesMax)))
            }
        }
        return ReportInput(
            ordinal: ordinal, at: at, flags: flags, metricSet: metricSet, target: target,
            profile: profile, values: values, devices: devices)
    }

    private static func unpackProfile<Input>(
        _ unpacker: inout Unpacker
    ) throws(MsgpackError) -> ShardInput<Input> {
        let id = try unpacker.readUInt16()
        let interval =
            unpacker.readNilIfPresent()
            ? nil : Milliseconds(rawValue: Int64(clamping: try unpacker.readUInt64()))
        let agent =
            unpacker.readNilIfPresent()
            ? nil : try unpacker.readString(maxBytes: Limits.textBytesMax)
        let relay =
            unpacker.readNilIfPresent()
            ? nil : try unpacker.readString(maxBytes: Limits.textBytesMax)
        return .profile(
            id: id, ReporterProfile(interval: interval, agentVersion: agent, relay: relay))
    }
}
