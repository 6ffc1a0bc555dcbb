package import TwinCore
package import TwinWire

/// One instance's page of a list query: items in ascending order, and where it goes on.
package protocol ListPage: Decodable, Sendable {
    associatedtype Item: ListItem
    var items: [Item] { get }
    /// Where the next page begins; nil on the last page.
    var nextCursor: String? { get }
    /// Whether only owners of shards have such items; else every instance that is here is asked.
    static var isOfShards: Bool { get }
    /// The shards whose twins it lists; nil = those of the placement.
    var shards: ShardSet? { get }
    /// Data centers whose picture is old, as far as the instance knows.
    var stalePictures: [StalenessDocument] { get }
}

extension ListPage {
    package static var isOfShards: Bool { true }
    package var shards: ShardSet? { nil }
    package var stalePictures: [StalenessDocument] { [] }
}

/// What merged lists need to know of an item.
package protocol ListItem: Sendable {
    /// The twin's address.
    var address: String { get }
    /// What tells it from every other item.
    var identity: String { get }
    /// The items' order in every page and in what is merged of them.
    var order: ListOrder { get }
}

extension ListItem {
    package var identity: String { address }
    package var order: ListOrder { ListOrder(address: address, number: 0) }

    /// The cursor that goes on after this item's twin: its key.
    var cursorText: String { String(address.split(separator: "/").last ?? "") }
}

/// The order of every list: by address, then by number.
package struct ListOrder: Comparable, Sendable {
    let address: String
    let number: Int

    package static func < (left: ListOrder, right: ListOrder) -> Bool {
        left.address == right.address
            ? left.number < right.number
            : left.address.utf8.lexicographicallyPrecedes(right.address.utf8)
    }
}

extension ListDocument: ListPage {
    package var nextCursor: String? { cursor }
    package var stalePictures: [StalenessDocument] { stale ?? [] }
}

extension UnknownReportersDocument: ListPage {
    package static var isOfShards: Bool { false }
    package var nextCursor: String? { cursor }
}

extension IncidentsDocument: ListPage {
    package var nextCursor: String? { cursor }
    package var stalePictures: [StalenessDocument] { stale ?? [] }
}

extension MaintenanceListDocument: ListPage {
    package var nextCursor: String? { cursor }
}

extension QuarantineListDocument: ListPage {
    package static var isOfShards: Bool { false }
    package var nextCursor: String? { cursor }
}

extension QuarantineListDocument.Item: ListItem {
    package var identity: String { id }
    /// The instance that holds it; its number orders the items of one instance.
    package var address: String { id.split(separator: ":").first.map(String.init) ?? id }
    package var order: ListOrder {
        let digits = id.split(separator: ":").last.map(String.init) ?? ""
        return ListOrder(address: address, number: Int(digits) ?? 0)
    }
}

extension ListDocument.Item: ListItem {}
extension UnknownReportersDocument.Item: ListItem {}

extension MaintenanceDocument: ListItem {
    package var identity: String { "\(address) \(id)" }
}

extension IncidentDocument: ListItem {
    package var identity: String { id }
    package var order: ListOrder {
        let digits = id.split(separator: ":").last.map(String.init) ?? ""
        return ListOrder(address: address, number: Int(digits) ?? 0)
    }
}
