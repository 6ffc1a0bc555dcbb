import Foundation
import Msgpack

/// Protocol.md as the tests see it: its fenced examples, by title.
///
/// With `TWIN_WRITE_PROTOCOL=1` in the environment the examples are written anew first: after a
/// change of the protocol that is meant, and never to make a test pass.
struct ProtocolDocument: Sendable {
    /// The bytes of one example as they stand in the file.
    struct Block: Sendable {
        var lines: [String]

        var destination: String? {
            lines.first { $0.hasPrefix("destination ") }
                .map { String($0.dropFirst(ProtocolDocument.labelWidth)) }
        }

        /// The hex digits behind a label and on the lines that go on.
        func bytes(_ name: String) -> [UInt8] {
            guard let first = lines.firstIndex(where: { $0.hasPrefix(name + " ") }) else {
                return []
            }
            let further = lines[(first + 1)...].prefix { $0.hasPrefix(" ") }
            return ([lines[first]] + further).flatMap { line in
                line.dropFirst(ProtocolDocument.labelWidth).split(separator: " ")
                    .compactMap { UInt8($0, radix: 16) }
            }
        }
    }

    static let current = ProtocolDocument()

    let text: String
    let blocks: [String: Block]

    private init() {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Sources/TwinWire/Protocol.md")
        var text = ""
        do {
            text = try String(contentsOf: file, encoding: .utf8)
            if ProcessInfo.processInfo.environment["TWIN_WRITE_PROTOCOL"] == "1" {
                text = ProtocolDocument.rewritten(text)
                try Data(text.utf8).write(to: file)
            }
        } catch {
            text = "\(error)"
        }
        self.text = text
        blocks = ProtocolDocument.blocks(in: text)
    }

    /// What stands in backticks in the first column of the table of the packed batch.
    var byteTable: [String] {
        let lines = ProtocolDocument.lines(of: text)
        guard let title = lines.firstIndex(of: "The payload, byte by byte:") else { return [] }
        let rows = lines[(title + 2)...].prefix { $0.hasPrefix("|") }
        return rows.flatMap { row in
            let column = row.split(separator: "|").first ?? ""
            return column.split(separator: "`").map(String.init)
                .filter { $0.contains { $0 != " " } && $0.first != "-" }
        }.filter { $0 != " bytes " }
    }

    private static let fence = "```"
    private static let opening = "```example "

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func blocks(in text: String) -> [String: Block] {
        var blocks: [String: Block] = [:]
        var title: String?
        for line in lines(of: text) {
            if line.hasPrefix(opening) {
                title = String(line.dropFirst(opening.count))
                title.map { blocks[$0] = Block(lines: []) }
            } else if line == fence {
                title = nil
            } else if let title {
                blocks[title]?.lines.append(line)
            }
        }
        return blocks
    }

    private static func rewritten(_ text: String) -> String {
        var isInExample = false
        var result: [String] = []
        for line in lines(of: text) {
            if line == fence { isInExample = false }
            if !isInExample { result.append(line) }
            guard line.hasPrefix(opening) else { continue }
            isInExample = true
            let title = line.dropFirst(opening.count)
            result += ProtocolExamples.all.first { $0.title == title }?.block ?? []
        }
        return result.joined(separator: "\n")
    }

    // MARK: how an example is written

    static let labelWidth = 12
    private static let bytesPerLine = 24
    private static let textColumns = 84

    static func label(_ name: String) -> String {
        name.padding(toLength: labelWidth, withPad: " ", startingAt: 0)
    }

    /// `payload     81 a1 …`, further lines indented.
    static func hex(_ name: String, _ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: bytesPerLine).map { start in
            label(start == 0 ? name : "")
                + bytes[start..<min(start + bytesPerLine, bytes.count)].map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined(separator: " ")
        }
    }

    /// A text that goes on after blanks on indented lines.
    static func text(_ name: String, _ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > textColumns {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.enumerated().map { label($0.offset == 0 ? name : "") + $0.element }
    }

    /// What packed bytes mean, as JSON with `h'…'` for `bin`.
    static func notation(_ bytes: [UInt8]) -> String {
        do {
            return notation(try MsgpackValue(unpacking: bytes.span))
        } catch {
            return "\(error)"
        }
    }

    private static func notation(_ value: MsgpackValue) -> String {
        switch value {
        case .nil: return "null"
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .uint(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .string(let text): return "\"" + text.replacing("\"", with: "\\\"") + "\""
        case .bin(let bytes):
            return "h'"
                + hex("", bytes).map {
                    $0.replacing(" ", with: "")
                }.joined() + "'"
        case .array(let items):
            return "[" + items.map { notation($0) }.joined(separator: ", ") + "]"
        case .map(let pairs):
            return "{"
                + pairs.map { "\(notation($0.key)): \(notation($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }
}
