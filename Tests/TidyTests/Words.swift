/// Identifiers in a line.
enum Words {
    static func of(_ line: String) -> [String] {
        line.utf8.split { !isPart($0) }.compactMap { String($0) }
    }

    /// Whether `text` stands in `line` at the beginning of a word.
    static func begin(_ text: String, in line: String) -> Bool {
        var rest = Array(line.utf8)[...]
        var isInWord = false
        while let byte = rest.first {
            if !isInWord, rest.starts(with: text.utf8) { return true }
            isInWord = isPart(byte)
            rest.removeFirst()
        }
        return false
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}
