/// One journalled input of a shard: what changes its twins, and what changes the shard itself.
///
/// Each takes one position. Replaying them in order gives the same shard, bit for bit. The large
/// and rare ones are boxed, so that a report is small.
package enum ShardInput<Input: Sendable & Equatable>: Equatable, Sendable {
    /// An input of an existing twin.
    indirect case twin(ordinal: UInt32, Input)
    /// A twin is born with this ordinal, above this incident number, and takes its first input.
    indirect case birth(key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, Input)
    /// A report, its values in the turn's arena.
    case report(ReportInput)
    /// The shard sees or is blind from here on; `floor` as it stands from now.
    case observation(isObserving: Bool, floor: Elapsed)
    case configuration(ClusterConfiguration)
    /// The child shards that are blind or absent changed.
    case childShards(ShardSet)
    /// A child shard is served under a higher epoch: lower ones are stale.
    case sourceEpoch(shard: UInt16, Epoch)
    /// The child shards whose whole list of children is still to come changed.
    case awaitedChildShards(ShardSet)
    /// A parent shard is served under a higher epoch: what it receipted before counts no more.
    case parentEpoch(shard: UInt16, Epoch)
    /// A metric set of the server tier gets its number.
    case metricSet(id: UInt16, names: [String])
    /// A reporter profile of the server tier gets its number.
    indirect case profile(id: UInt16, ReporterProfile)
}

/// A report by numbers, as it is journalled.
package struct ReportInput: Equatable, Sendable {
    package var ordinal: UInt32
    package var at: Timestamp
    package var flags: ReportFlags
    package var metricSet: UInt16
    /// The set the twin's window has from now on: equal to `metricSet` or a union.
    package var target: UInt16
    package var profile: UInt16
    /// Where the values stand in the turn's arena of floats.
    package var values: Range<Int>
    package var devices: [WorstDevice]

    package init(
        ordinal: UInt32, at: Timestamp, flags: ReportFlags, metricSet: UInt16, target: UInt16,
        profile: UInt16, values: Range<Int>, devices: [WorstDevice]
    ) {
        self.ordinal = ordinal
        self.at = at
        self.flags = flags
        self.metricSet = metricSet
        self.target = target
        self.profile = profile
        self.values = values
        self.devices = devices
    }
}
