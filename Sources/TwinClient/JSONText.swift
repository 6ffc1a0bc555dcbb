package import Msgpack

/// Prints documents as JSON: one line each, keys in the order their types declare them.
///
/// A document becomes a msgpack tree first, so that JSON and the wire cannot differ in names,
/// order or in what counts as null. Slashes stay as they are; text stays UTF-8; NaN and infinity,
/// which JSON lacks, become null; bytes become hexadecimal text.
package enum JSONText {
    /// One line without its end, ready for `print`.
    package static func line(of document: some Encodable) throws(MsgpackError) -> String {
        let packed = try MsgpackEncoder.encode(document)
        return text(of: try MsgpackValue(unpacking: packed.span, limits: unbounded))
    }

    /// The JSON of any msgpack value: what `twinctl request` shows of an answer.
    package static func text(of value: MsgpackValue) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Our own documents are not checked against the bounds for what peers send.
    private static let unbounded = MsgpackLimits(itemsMax: .max)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func append(_ value: MsgpackValue, to bytes: inout [UInt8]) {
        switch value {
        case .nil: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .int(let number): bytes += String(number).utf8
        case .uint(let number): bytes += String(number).utf8
        case .double(let number): append(number, to: &bytes)
        case .string(let text): append(text, to: &bytes)
        case .bin(let data):
            bytes.append(UInt8(ascii: "\""))
            for byte in data {
                bytes.append(hexDigits[Int(byte >> 4)])
                bytes.append(hexDigits[Int(byte & 15)])
            }
            bytes.append(UInt8(ascii: "\""))
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(item, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let pairs):
            bytes.append(UInt8(ascii: "{"))
            for (index, pair) in pairs.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(key: pair.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(pair.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// A whole number loses its `.0`: 10 seconds read as 10.
    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        guard number.isFinite else {
            bytes += "null".utf8
            return
        }
        if let whole = Int64(exactly: number) {
            bytes += String(whole).utf8
        } else {
            bytes += number.description.utf8
        }
    }

    /// JSON keys are text: any other key is shown as its own JSON in quotes.
    private static func append(key: MsgpackValue, to bytes: inout [UInt8]) {
        if case .string(let name) = key {
            append(name, to: &bytes)
        } else {
            append(text(of: key), to: &bytes)
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
            case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
            case 0..<0x20:
                bytes += "\\u00".utf8
                bytes.append(hexDigits[Int(byte >> 4)])
                bytes.append(hexDigits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
