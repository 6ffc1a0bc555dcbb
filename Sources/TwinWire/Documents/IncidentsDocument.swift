package import TwinCore

/// The answer to `incidents`: one page of what is wrong now.
package struct IncidentsDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var items: [IncidentDocument]
    /// Where the next page begins; null = this was the last.
    @Null package var cursor: String?
    /// Shards that did not answer: the list is whole but for these; null from older releases.
    @Null package var missing: [MissingShardDocument]?
    /// Data centers of the answering instances whose picture is old; null from older releases.
    @Null package var stale: [StalenessDocument]?
    /// The answering instance's shards, of which it lists the twins; absent in what is gathered.
    package var shards: ShardSet?

    package init(
        items: [IncidentDocument], cursor: String? = nil, missing: [MissingShardDocument]? = [],
        stale: [StalenessDocument]? = [], shards: ShardSet? = nil
    ) {
        self.items = items
        self.cursor = cursor
        self.missing = missing
        self.stale = stale
        self.shards = shards
    }
}
