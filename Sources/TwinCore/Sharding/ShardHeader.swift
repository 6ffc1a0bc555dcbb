/// A shard's row: everything of the shard that is no twin, as of one position.
///
/// `conditions` is the state before the first journal record that is still needed, because replay
/// steps older twins under the conditions they had; all counters may be newer, they only grow.
package struct ShardHeader: Equatable, Sendable, Codable {
    package var epoch: Epoch
    /// The position up to which `conditions` holds.
    package var conditionsPosition: Position
    package var conditions: ShardConditions
    package var position: Position
    /// The instance's running time when the row was made.
    package var running: Milliseconds
    /// The shard's elapsed minus the instance's running time, in milliseconds.
    package var elapsedOffset: Milliseconds
    package var nextOrdinal: UInt32
    /// The highest incident number that any removed twin had reached.
    package var highestIncident: UInt32
    package var alertSequence: UInt64
    package var metricSets: MetricSets
    package var profiles: [ReporterProfile]
    /// Of the shards of the tier above; nil before the first one that was not served from birth.
    package var parentEpochs: ShardEpochs?

    package init(
        epoch: Epoch, conditionsPosition: Position, conditions: ShardConditions,
        position: Position, running: Milliseconds, elapsedOffset: Milliseconds,
        nextOrdinal: UInt32, highestIncident: UInt32, alertSequence: UInt64, metricSets: MetricSets,
        profiles: [ReporterProfile], parentEpochs: ShardEpochs? = nil
    ) {
        self.epoch = epoch
        self.conditionsPosition = conditionsPosition
        self.conditions = conditions
        self.position = position
        self.running = running
        self.elapsedOffset = elapsedOffset
        self.nextOrdinal = nextOrdinal
        self.highestIncident = highestIncident
        self.alertSequence = alertSequence
        self.metricSets = metricSets
        self.profiles = profiles
        self.parentEpochs = parentEpochs
    }
}
