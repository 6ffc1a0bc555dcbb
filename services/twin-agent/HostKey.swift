internal import TwinCore

/// Makes the key of a server twin of text.
enum HostKey {
    /// The key that is this text; nil if it is none.
    static func exact(_ text: String) -> TwinKey? {
        do {
            return try TwinKey(text)
        } catch {
            // The caller names the setting and what was wanted of it.
            return nil
        }
    }

    /// A host name as a key: a byte that no key may have becomes `-`, what is too long is cut.
    /// Nil for an empty name.
    static func made(of hostName: String) -> TwinKey? {
        let bytes = hostName.utf8.prefix(Limits.keyBytesMax).map { byte in
            TwinKey.isAllowed(byte) ? byte : UInt8(ascii: "-")
        }
        return exact(String(decoding: bytes, as: UTF8.self))
    }
}
