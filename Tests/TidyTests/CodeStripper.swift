/// Takes comments and string literals off Swift lines, one after the other.
struct CodeStripper {
    private var isInLongString = false
    private var commentDepth = 0

    /// What is left of the next line.
    mutating func code(of line: String) -> String {
        var code: [UInt8] = []
        var isInString = false
        var bytes = Array(line.utf8)[...]
        while let byte = bytes.first {
            if isInLongString {
                if take("\"\"\"", from: &bytes) { isInLongString = false } else { skip(&bytes) }
            } else if commentDepth > 0 {
                if take("*/", from: &bytes) {
                    commentDepth -= 1
                } else if take("/*", from: &bytes) {
                    commentDepth += 1
                } else {
                    bytes.removeFirst()
                }
            } else if isInString {
                if byte == UInt8(ascii: "\"") { isInString = false }
                skip(&bytes)
            } else if take("//", from: &bytes) {
                break
            } else if take("/*", from: &bytes) {
                commentDepth = 1
            } else if take("\"\"\"", from: &bytes) {
                isInLongString = true
            } else {
                if byte == UInt8(ascii: "\"") { isInString = true }
                code.append(byte)
                bytes.removeFirst()
            }
        }
        return String(decoding: code, as: UTF8.self)
    }

    /// Drops one byte, or two after a backslash.
    private func skip(_ bytes: inout ArraySlice<UInt8>) {
        bytes = bytes.dropFirst(bytes.first == UInt8(ascii: "\\") ? 2 : 1)
    }

    private func take(_ text: String, from bytes: inout ArraySlice<UInt8>) -> Bool {
        guard bytes.starts(with: text.utf8) else { return false }
        bytes = bytes.dropFirst(text.utf8.count)
        return true
    }
}
