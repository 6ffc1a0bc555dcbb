package import Msgpack
package import TwinCore

/// What children and parents tell each other, all the time.
extension StatusBatch: SelfUnpacking where Status: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 1)
        try unpacker.expectKey("entries")
        self.init(entries: try unpacker.readArray(of: Entry.self))
    }
}

extension StatusBatch.Entry: SelfUnpacking where Status: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        try unpacker.expectKey("shard")
        let shard = try unpacker.readUInt16()
        try unpacker.expectKey("epoch")
        let epoch = try unpacker.readEpoch()
        try unpacker.expectKey("parent")
        let parent = try unpacker.readKey()
        try unpacker.expectKey("child")
        let child = try unpacker.readKey()
        try unpacker.expectKey("version")
        let version = try unpacker.readVersion()
        var status: Status?
        if unpacker.takeKey("status") { status = try Status(unpacking: &unpacker) }
        try unpacker.expect(count == (status == nil ? 5 : 6))
        self.init(
            shard: shard, epoch: epoch, parent: parent, child: child, version: version,
            status: status)
    }
}

extension ReceiptBatch: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 1)
        try unpacker.expectKey("entries")
        self.init(entries: try unpacker.readArray(of: Entry.self))
    }
}

extension ReceiptBatch.Entry: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 4)
        try unpacker.expectKey("shard")
        let shard = try unpacker.readUInt16()
        try unpacker.expectKey("epoch")
        let epoch = try unpacker.readEpoch()
        try unpacker.expectKey("child")
        let child = try unpacker.readKey()
        try unpacker.expectKey("receipt")
        self.init(
            shard: shard, epoch: epoch, child: child, receipt: try Receipt(unpacking: &unpacker))
    }
}

extension Receipt: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        try unpacker.expectKey("parent")
        let parent = try unpacker.readKey()
        try unpacker.expectKey("version")
        let version = try unpacker.readVersion()
        try unpacker.expectKey("disposition")
        let disposition: Disposition
        if unpacker.takeKey("member") {
            disposition = .member
        } else if unpacker.takeKey("not-member") {
            disposition = .notMember
        } else if unpacker.takeKey("lacking") {
            disposition = .lacking
        } else {
            try unpacker.expectKey("refused")
            try unpacker.expectKey("reason")
            disposition = .refused(reason: try unpacker.readText())
        }
        var wanted = 4
        if case .refused = disposition { wanted += 1 }
        try unpacker.expect(count == wanted)
        try unpacker.expectKey("folds")
        self.init(
            parent: parent, version: version, disposition: disposition,
            folds: try FoldSet(unpacking: &unpacker))
    }
}

extension FoldSet: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 2
        try unpacker.expectKey("version")
        let version = try unpacker.readVersion()
        try unpacker.expectKey("entries")
        let entries = try unpacker.readRareArray(of: FoldEntry.self)
        var maintenance: InheritedMaintenance?
        if unpacker.takeKey("maintenance") {
            found += 1
            maintenance = try unpacker.readRare(InheritedMaintenance.self)
        }
        var silences: [SharedSilence] = []
        if unpacker.takeKey("silences") {
            found += 1
            silences = try unpacker.readRareArray(of: SharedSilence.self)
        }
        try unpacker.expect(count == found)
        self.init(version: version, entries: entries, maintenance: maintenance, silences: silences)
    }
}
