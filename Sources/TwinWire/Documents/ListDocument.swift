package import TwinCore

/// The answer to `list server|rack|dc`: one page of the twins of a tier.
package struct ListDocument: AnswerDocument {
    package struct Item: Codable, Equatable, Sendable {
        package var address: String
        package var key: String
        /// A server's condition; a verdict in the other tiers.
        package var status: String
        @Null package var since: RFC3339?
        @Null package var dc: String?
        @Null package var rack: String?
        /// The kinds of its open incidents.
        package var incidents: [String]
        @Null package var lastReportAt: RFC3339?

        package init(
            address: String, key: String, status: String, since: RFC3339? = nil,
            dc: String? = nil, rack: String? = nil, incidents: [String],
            lastReportAt: RFC3339? = nil
        ) {
            self.address = address
            self.key = key
            self.status = status
            self.since = since
            self.dc = dc
            self.rack = rack
            self.incidents = incidents
            self.lastReportAt = lastReportAt
        }
    }

    package var version: Int = DocumentFormat.version
    package var tier: Tier
    package var items: [Item]
    /// Where the next page begins; null = this was the last.
    @Null package var cursor: String?
    /// Shards that did not answer: the list is whole but for these.
    package var missing: [MissingShardDocument]
    /// Data centers of the answering instances whose picture is old; null from older releases.
    @Null package var stale: [StalenessDocument]?
    /// The answering instance's shards, of which it lists the twins; absent in what is gathered.
    package var shards: ShardSet?

    package init(
        tier: Tier, items: [Item], cursor: String? = nil, missing: [MissingShardDocument],
        stale: [StalenessDocument]? = [], shards: ShardSet? = nil
    ) {
        self.tier = tier
        self.items = items
        self.cursor = cursor
        self.missing = missing
        self.stale = stale
        self.shards = shards
    }
}
