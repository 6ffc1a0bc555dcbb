package import Msgpack
package import TwinCore

/// A rack that recovers reads all its members.
extension RackMember: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 11
        try unpacker.expectKey("key")
        let key = try unpacker.readKey()
        try unpacker.expectKey("shard")
        let shard = try unpacker.readUInt16()
        try unpacker.expectKey("version")
        let version = try unpacker.readVersion()
        try unpacker.expectKey("status")
        let status = try ServerStatus(unpacking: &unpacker)
        try unpacker.expectKey("joined")
        let joined = try unpacker.readElapsed()
        self.init(
            key: key, shard: shard, version: version, status: status, folds: FoldSet(), at: joined)
        try unpacker.expectKey("condition")
        condition = try unpacker.readOnset()
        silence = nil
        if unpacker.takeKey("silence") {
            found += 1
            silence = try unpacker.readOnset()
        }
        if unpacker.takeKey("outage") {
            found += 1
            outage = try unpacker.readRare(RackOutagePart.self)
        }
        try unpacker.expectKey("signs")
        signs = try unpacker.readRareArray(of: RackMemberSign.self)
        try unpacker.expectKey("reference")
        reference = Digest(bytes: try unpacker.readBinBytes(maxBytes: .max))
        try unpacker.expectKey("referenceMoved")
        referenceMoved = try unpacker.readElapsed()
        try unpacker.expectKey("folds")
        folds = try FoldSet(unpacking: &unpacker)
        try unpacker.expectKey("isHeard")
        isHeard = try unpacker.readBool()
        try unpacker.expect(count == found)
    }
}
