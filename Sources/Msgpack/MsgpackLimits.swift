/// How much a peer may make us build from one packed value. Lengths are checked against these, and
/// against the bytes that are there, before anything is allocated.
package struct MsgpackLimits: Hashable, Sendable {
    /// Deepest nesting of arrays and maps that any reader follows; fixed, so that walking needs no
    /// heap.
    package static let depthMax = 32

    /// The default of `itemsMax`: what a whole status with its evidence stays well below.
    package static let itemsMaxDefault = 65_536

    /// Values in all, containers and map keys included. An index entry is 12 bytes.
    package var itemsMax: Int

    /// Size of the whole value.
    package var bytesMax: Int

    package init(itemsMax: Int = itemsMaxDefault, bytesMax: Int = .max) {
        self.itemsMax = itemsMax
        self.bytesMax = bytesMax
    }
}
