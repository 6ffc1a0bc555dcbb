internal import CMsgpack

extension Unpacker {
    /// Skips one whole value, containers with all they hold, and returns how many items it had
    /// (itself and map keys included). At most `itemsMax` of them, nested at most
    /// `MsgpackLimits.depthMax` deep. Needs no heap; cost is linear in the bytes skipped.
    @discardableResult
    package mutating func skipValue(
        itemsMax: Int = MsgpackLimits.itemsMaxDefault
    ) throws(MsgpackError) -> Int {
        var ahead = self
        var items = 0
        try ahead.walk(itemsMax: itemsMax) { _, _ in
            items += 1
        } leave: {
        }
        self = ahead
        return items
    }

    /// Visits every item of the next value in the order of its bytes: `enter` at each item with
    /// where it begins, `leave` when the container entered last is complete.
    @_lifetime(self: copy self)
    mutating func walk(
        itemsMax: Int,
        enter: (_ item: twin_msgpack_item, _ offset: Int) -> Void,
        leave: () -> Void
    ) throws(MsgpackError) {
        // Items still to come in each open container, outermost first: `MsgpackLimits.depthMax` of
        // them, a number that a type cannot name.
        var owed = InlineArray<32, Int>(repeating: 0)
        var depth = 0
        var items = 0
        repeat {
            let item = try next(wanting: "a value")
            items += 1
            guard items <= itemsMax else {
                throw MsgpackError(
                    .tooLong, wanted: "at most \(itemsMax) items in all", found: "more",
                    offset: offset)
            }
            if depth > 0 { owed[depth - 1] -= 1 }
            let contained = try containedItems(item, depth: depth)
            enter(item, offset)
            advance(past: item)
            if let contained {
                owed[depth] = contained
                depth += 1
            }
            while depth > 0, owed[depth - 1] == 0 {
                leave()
                depth -= 1
            }
        } while depth > 0
    }

    /// Items that follow in this container, which `depth` others are around; nil for any other
    /// item.
    private func containedItems(
        _ item: twin_msgpack_item, depth: Int
    ) throws(MsgpackError) -> Int? {
        let itemsPerCount: Int
        switch Int(item.kind) {
        case TWIN_MSGPACK_ARRAY: itemsPerCount = 1
        case TWIN_MSGPACK_MAP: itemsPerCount = 2
        default: return nil
        }
        guard depth < MsgpackLimits.depthMax else {
            throw MsgpackError(
                .tooDeep, wanted: "at most \(MsgpackLimits.depthMax) nested containers",
                found: describe(item), offset: offset)
        }
        return itemsPerCount * (try contained(item))
    }
}
