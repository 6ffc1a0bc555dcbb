package import TwinCore

/// The answer to `maintenance list`: planned and running windows.
package struct MaintenanceListDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var items: [MaintenanceDocument]
    /// Where an instance's next page begins; absent on the last one and in what is gathered.
    package var cursor: String?
    /// The answering instance's shards, of which it lists the twins; absent in what is gathered.
    package var shards: ShardSet?
    /// Shards that did not answer: the list is whole but for these; null from older releases.
    @Null package var missing: [MissingShardDocument]?

    package init(
        items: [MaintenanceDocument], cursor: String? = nil, shards: ShardSet? = nil,
        missing: [MissingShardDocument]? = []
    ) {
        self.items = items
        self.cursor = cursor
        self.shards = shards
        self.missing = missing
    }
}
