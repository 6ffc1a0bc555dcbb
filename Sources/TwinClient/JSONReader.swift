package import Msgpack

/// A text that is no JSON: what was wanted, what was found and at which byte.
package struct JSONError: Error, Equatable, Sendable {
    package let wanted: String
    package let found: String
    package let offset: Int
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        "JSON: wanted \(wanted) at byte \(offset), found \(found)"
    }
}

/// Reads JSON typed by hand (RFC 8259) into the msgpack tree that goes on the wire.
///
/// Whole numbers without fraction or exponent become integers, all others doubles; a map keeps
/// the order typed.
package struct JSONReader {
    private let bytes: [UInt8]
    private var offset = 0

    /// The value of a whole text; throws at the first mistake, and for what follows the value.
    package static func value(of text: String) throws(JSONError) -> MsgpackValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        let value = try reader.readValue(depth: 0)
        reader.skipBlanks()
        guard reader.offset == reader.bytes.count else { throw reader.mistake("the end") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func readValue(depth: Int) throws(JSONError) -> MsgpackValue {
        guard depth < MsgpackLimits.depthMax else {
            throw mistake("at most \(MsgpackLimits.depthMax) levels")
        }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try readMap(depth: depth)
        case UInt8(ascii: "["): return try readArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try read(word: "true", as: .bool(true))
        case UInt8(ascii: "f"): return try read(word: "false", as: .bool(false))
        case UInt8(ascii: "n"): return try read(word: "null", as: .nil)
        default: return try readNumber()
        }
    }

    private mutating func readMap(depth: Int) throws(JSONError) -> MsgpackValue {
        offset += 1
        var pairs: [MsgpackValue.Pair] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .map(pairs) }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw mistake("a key in quotes") }
            let key = try readString()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw mistake("\":\" after the key") }
            pairs.append(MsgpackValue.Pair(.string(key), try readValue(depth: depth + 1)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .map(pairs) }
            guard take(UInt8(ascii: ",")) else { throw mistake("\",\" or \"}\"") }
        }
    }

    private mutating func readArray(depth: Int) throws(JSONError) -> MsgpackValue {
        offset += 1
        var items: [MsgpackValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            items.append(try readValue(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(items) }
            guard take(UInt8(ascii: ",")) else { throw mistake("\",\" or \"]\"") }
        }
    }

    private mutating func read(
        word: StaticString, as value: MsgpackValue
    ) throws(JSONError) -> MsgpackValue {
        let expected = Array("\(word)".utf8)
        guard bytes[offset...].starts(with: expected) else { throw mistake("\(word)") }
        offset += expected.count
        return value
    }

    // MARK: numbers

    private mutating func readNumber() throws(JSONError) -> MsgpackValue {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        let firstDigit = offset
        guard skipDigits() > 0 else {
            offset = start
            throw mistake("a value")
        }
        guard bytes[firstDigit] != UInt8(ascii: "0") || offset == firstDigit + 1 else {
            offset = firstDigit
            throw mistake("a number without leading zero")
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() > 0 else { throw mistake("a digit after \".\"") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw mistake("a digit of the exponent") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole {
            if let number = Int64(text) { return .int(number) }
            if let number = UInt64(text) { return .uint(number) }
        }
        guard let number = Double(text), number.isFinite else {
            offset = start
            throw mistake("a number that fits 64 bits")
        }
        return .double(number)
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            offset += 1
        }
        return offset - start
    }

    // MARK: text

    private mutating func readString() throws(JSONError) -> String {
        offset += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw mistake("UTF-8 before this quote")
                }
                return string
            case UInt8(ascii: "\\"):
                offset += 1
                text += try readEscape()
            case 0..<0x20: throw mistake("an escape for a control character")
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw mistake("the closing quote")
    }

    private mutating func readEscape() throws(JSONError) -> [UInt8] {
        guard let byte = peek else { throw mistake("an escaped character") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try readUnicodeEscape()).utf8)
        default:
            offset -= 1
            throw mistake(#"one of " \ / b f n r t u after "\""#)
        }
    }

    /// Four hex digits, or two times four for what lies beyond the first plane.
    private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        var units = [try readUnit()]
        if UTF16.isLeadSurrogate(units[0]), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            units.append(try readUnit())
        }
        guard let text = String(validating: units, as: UTF16.self),
            let scalar = text.unicodeScalars.first
        else {
            offset = start
            throw mistake("a whole surrogate pair")
        }
        return scalar
    }

    private mutating func readUnit() throws(JSONError) -> UInt16 {
        let digits = bytes[offset..<min(offset + 4, bytes.count)]
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, text.first != "+", let unit = UInt16(text, radix: 16) else {
            throw mistake("four hexadecimal digits")
        }
        offset += 4
        return unit
    }

    // MARK: bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    private func mistake(_ wanted: String) -> JSONError {
        let shown = bytes[min(offset, bytes.count)...].prefix(16)
        let found =
            shown.isEmpty ? "the end" : "\"\(String(decoding: shown, as: UTF8.self))\""
        return JSONError(wanted: wanted, found: found, offset: offset)
    }
}
