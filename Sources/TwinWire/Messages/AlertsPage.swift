package import TwinCore

/// The answer to `ReadAlerts`: one instance's records after a cursor, each shard's in its order.
package struct AlertsPage: AnswerDocument {
    /// Records of one shard that are gone: below retention, or past a restored end.
    package struct Gap: Codable, Equatable, Sendable {
        package var shard: UInt16
        /// The place that the reader had.
        package var fromEpoch: Epoch
        package var fromSequence: UInt64
        /// The first record that is there again.
        package var resumeEpoch: Epoch
        package var resumeSequence: UInt64

        package init(
            shard: UInt16, fromEpoch: Epoch, fromSequence: UInt64, resumeEpoch: Epoch,
            resumeSequence: UInt64
        ) {
            self.shard = shard
            self.fromEpoch = fromEpoch
            self.fromSequence = fromSequence
            self.resumeEpoch = resumeEpoch
            self.resumeSequence = resumeSequence
        }
    }

    package var version: Int = DocumentFormat.version
    package var tier: Tier
    /// At most `Limits.alertsPerPageMax`, and as many as fit a frame.
    package var alerts: [AlertDocument]
    /// Where this instance's shards stand after this page; other shards are not named.
    package var cursor: AlertCursor
    package var gaps: [Gap]
    /// False when there is more to read at once.
    package var isComplete: Bool
    /// The placement that this instance knows: after a newer one than the reader's the shards of
    /// the tier may be elsewhere. nil = it does not say.
    package var placementVersion: UInt64?

    package init(
        tier: Tier, alerts: [AlertDocument], cursor: AlertCursor, gaps: [Gap] = [],
        isComplete: Bool, placementVersion: UInt64? = nil
    ) {
        self.placementVersion = placementVersion
        self.tier = tier
        self.alerts = alerts
        self.cursor = cursor
        self.gaps = gaps
        self.isComplete = isComplete
    }
}
