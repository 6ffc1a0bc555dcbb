package import TwinWire

/// A list merged from all instances of a tier.
package struct GatheredList<Item: ListItem>: Sendable {
    package var items: [Item]
    /// Where the next page begins; nil = this was the last.
    package var cursor: String?
    /// Shards that did not answer: the list is whole but for these.
    package var missing: [MissingShardDocument]
    /// Data centers whose picture is old, by address; whoever was asked of them said so.
    package var stale: [StalenessDocument]
    /// Who did not answer, an instance or a shard on its way, and why; ascending.
    package var failures: [(name: String, error: ClientError)]
}
