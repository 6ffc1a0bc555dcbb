/// Tells `[UInt8]`, which is packed as `bin`, from everything else that is encoded or decoded.
enum Bytes {
    /// An array is one reference: most types are told by their size, which costs nothing.
    static func isType<Value>(_ type: Value.Type) -> Bool {
        MemoryLayout<Value>.size == MemoryLayout<[UInt8]>.size && type == [UInt8].self
    }

    /// The bytes; nil for a value of any other type, an empty array of something else included.
    static func of<Value>(_ value: Value) -> [UInt8]? {
        isType(Value.self) ? value as? [UInt8] : nil
    }
}
