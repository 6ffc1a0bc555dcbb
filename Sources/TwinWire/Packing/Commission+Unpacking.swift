package import Msgpack
package import TwinCore

/// In every row of a server.
extension ServerStanding: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readArrayHeader()
        switch (count, try unpacker.readUInt8()) {
        case (1, 0): self = .unborn
        case (2, 1): self = .commissioned(try Commission(unpacking: &unpacker))
        case (4, 2):
            self = .decommissioned(
                try Commission(unpacking: &unpacker), at: try unpacker.readElapsed(),
                isForgotten: try unpacker.readBool())
        default: throw MsgpackError.otherForm(at: unpacker.offset)
        }
    }
}

extension Commission: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectArray(of: 4)
        let rack = try unpacker.readKey()
        let dc = try unpacker.readKey()
        let labels = try unpacker.readArray(of: TwinLabel.self)
        let interval =
            unpacker.readNilIfPresent() ? nil : Milliseconds(rawValue: try unpacker.readInt64())
        self.init(rack: rack, dc: dc, labels: labels, interval: interval)
    }
}

extension ReporterProfile: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 0
        var interval: Milliseconds?
        if unpacker.takeKey("interval") {
            found += 1
            interval = Milliseconds(rawValue: try unpacker.readInt64())
        }
        self.init(
            interval: interval,
            agentVersion: try unpacker.readText(ifPresent: "agentVersion", &found),
            relay: try unpacker.readText(ifPresent: "relay", &found))
        try unpacker.expect(count == found)
    }
}
