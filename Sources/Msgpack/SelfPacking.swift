/// A value that packs itself: for the few types of which there are thousands in a message or row.
///
/// It gives exactly the bytes of its `Encodable` form, without a container for each field; a test
/// compares the two. Asked only of types of `SelfPackingLimits.bytesMin` bytes and more.
package protocol SelfPacking: Encodable {
    /// Appends the packed value.
    func pack(into packer: inout Packer)
}

enum SelfPackingLimits {
    /// Numbers, keys and times are smaller: they need not be asked.
    static let bytesMin = 24
}
