package import TwinCore

/// A shard that could not be asked: why an answer is not whole.
package struct MissingShardDocument: Codable, Equatable, Sendable {
    /// `server#12`.
    package var shard: String
    /// Its owner; null when it has none.
    @Null package var instance: String?
    @Null package var since: RFC3339?

    package init(shard: String, instance: String? = nil, since: RFC3339? = nil) {
        self.shard = shard
        self.instance = instance
        self.since = since
    }

    package init(_ shard: ShardID, instance: InstanceName?, since: Timestamp?) {
        self.init(
            shard: shard.description, instance: instance?.text, since: RFC3339(since))
    }
}
