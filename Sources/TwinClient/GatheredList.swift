package import TwinCore
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
    /// Why, by instance name; ascending.
    package var failures: [(instance: InstanceName, error: ClientError)]
}
