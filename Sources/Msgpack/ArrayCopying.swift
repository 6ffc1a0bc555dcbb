extension [UInt8] {
    /// A copy of borrowed bytes, in one allocation.
    package init(copying bytes: Span<UInt8>) {
        unsafe self.init(unsafeUninitializedCapacity: bytes.count) { buffer, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                count = unsafe buffer.update(fromContentsOf: source)
            }
        }
    }
}
