package import Msgpack
package import TwinCore

/// What every journal record begins with: one record is one turn.
package struct JournalHeader: Equatable, Sendable {
    /// The format number of records. Format 1, which knew no moves, and format 2, whose births
    /// knew no `staleAfter`, are read too; another one is refused, never guessed.
    package static let format: UInt64 = 3
    private static let formatWithoutStaleness: UInt64 = 2
    private static let formatWithoutMoves: UInt64 = 1

    /// The instance's running time and the wall clock of the turn.
    package var time: TurnTime
    /// Shards that this instance owns from this record on.
    package var births: [ShardBirth]
    /// Shards that came or went by moves in this turn, in order; after the births.
    package var moves: [OwnershipMove]
    /// The number of shard sections that follow.
    package var sectionCount: Int

    package init(
        time: TurnTime, births: [ShardBirth], moves: [OwnershipMove] = [], sectionCount: Int
    ) {
        self.time = time
        self.births = births
        self.moves = moves
        self.sectionCount = sectionCount
    }

    package func pack(into packer: inout Packer) {
        packer.packUInt(JournalHeader.format)
        packer.packInt(time.running.rawValue)
        packer.packInt(time.wall.milliseconds)
        packer.packArrayHeader(births.count)
        for birth in births { birth.pack(into: &packer) }
        packer.packArrayHeader(moves.count)
        for move in moves { move.pack(into: &packer) }
        packer.packArrayHeader(sectionCount)
    }

    package init(from unpacker: inout Unpacker) throws(MsgpackError) {
        let offset = unpacker.offset
        let format = try unpacker.readUInt64()
        guard (JournalHeader.formatWithoutMoves...JournalHeader.format).contains(format) else {
            throw MsgpackError(
                .invalidValue, wanted: "journal format \(JournalHeader.format)",
                found: "\(format)", offset: offset)
        }
        time = TurnTime(
            running: Milliseconds(rawValue: try unpacker.readInt64()),
            wall: Timestamp(milliseconds: try unpacker.readInt64()))
        births = []
        for _ in 0..<(try unpacker.readArrayHeader(max: Limits.shardCountMax)) {
            births.append(
                try ShardBirth(
                    from: &unpacker,
                    knowsStaleness: format > JournalHeader.formatWithoutStaleness))
        }
        moves = []
        if format != JournalHeader.formatWithoutMoves {
            for _ in 0..<(try unpacker.readArrayHeader(max: Limits.shardCountMax)) {
                moves.append(try OwnershipMove(from: &unpacker))
            }
        }
        sectionCount = try unpacker.readArrayHeader(max: Limits.shardCountMax)
    }
}

/// The durable record that an instance owns a new shard, at which epoch, with what to begin.
package struct ShardBirth: Equatable, Sendable {
    package var index: UInt16
    package var epoch: Epoch
    package var childShardCount: Int
    package var configuration: ClusterConfiguration

    package init(
        index: UInt16, epoch: Epoch, childShardCount: Int, configuration: ClusterConfiguration
    ) {
        self.index = index
        self.epoch = epoch
        self.childShardCount = childShardCount
        self.configuration = configuration
    }

    fileprivate func pack(into packer: inout Packer) {
        packer.packUInt(UInt64(index))
        packer.packUInt(UInt64(epoch.rawValue))
        packer.packUInt(UInt64(childShardCount))
        packer.packUInt(UInt64(configuration.pageFrom.rawValue))
        packer.packBool(configuration.allowsSimulation)
        packer.packInt(configuration.staleAfter.rawValue)
    }

    fileprivate init(
        from unpacker: inout Unpacker, knowsStaleness: Bool
    ) throws(MsgpackError) {
        index = try JournalNumbers.shard(&unpacker)
        epoch = Epoch(rawValue: try unpacker.readUInt32())
        childShardCount = try JournalNumbers.upTo(UInt64(Limits.shardCountMax), &unpacker)
        configuration = ClusterConfiguration(
            pageFrom: try Severity(from: &unpacker), allowsSimulation: try unpacker.readBool())
        if knowsStaleness {
            configuration.staleAfter = Milliseconds(rawValue: try unpacker.readInt64())
        }
    }
}
