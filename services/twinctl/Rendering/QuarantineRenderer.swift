import Msgpack
import TwinClient
import TwinCore
package import TwinWire

/// `twinctl quarantine`: what ended a process twice, its bytes, and what became of it.
package enum QuarantineRenderer {
    /// Bytes of a payload that is no msgpack, shown to people; `--json` has more.
    private static let bytesShown = 256
    private static let bytesALine = 32
    private static let hexadecimal = 16

    package static func text(
        _ document: QuarantineListDocument, _ context: RenderContext
    ) -> String {
        guard let first = document.items.first else { return "nothing is in quarantine" }
        var table = Table([
            .init("ID"), .init("SINCE"), .init("TWIN"), .init("WHAT"), .init("SIZE", .right),
            .init("REASON"),
        ])
        for item in document.items {
            table.add([
                Table.Cell(item.id), Table.Cell(context.time.clock(item.at)),
                Table.Cell(item.twin), Table.Cell(what(item.type, item.form)),
                Table.Cell(HumanNumbers.bytes(UInt64(max(0, item.payloadBytes)))),
                Table.Cell(item.reason),
            ])
        }
        var steps = NextSteps()
        steps.add("look at it", "quarantine show \(first.id)")
        steps.add("after a repair", "quarantine requeue \(first.id)")
        return (table.lines(context.palette) + [""] + steps.lines).joined(separator: "\n")
    }

    package static func text(_ document: QuarantinedDocument, _ context: RenderContext) -> String {
        let size = HumanNumbers.bytes(UInt64(max(0, document.payloadBytes)))
        var lines = [
            "\(document.id)   \(document.twin), in quarantine since "
                + context.time.clockAndAge(document.at),
            "  reason   \(document.reason)",
            "  was      \(what(document.type, document.form)) to "
                + document.destination,
            "  digest   \(document.digest)",
            "  payload  \(size)",
        ]
        lines += payload(document).map { "    \($0)" }
        return lines.joined(separator: "\n")
    }

    package static func text(_ document: QuarantineCommandDocument) -> String {
        switch document.deed {
        case .dropped:
            return "\(document.id) dropped: its bytes are gone, \(document.twin) goes on "
                + "refusing it"
        case .requeued:
            guard let refusal = document.refusal else {
                return "\(document.id) handed back: \(document.twin) took it"
            }
            return "\(document.id) handed back: \(document.twin) refused it "
                + "(\(refusal.code.rawValue)): \(refusal.message)"
        }
    }

    /// What the twin got: the type of a message, or what it was instead.
    private static func what(_ type: String?, _ form: String) -> String {
        switch form {
        case "own": "a timer or the like"
        case "journalled": "a journalled input"
        default: type ?? form
        }
    }

    /// The payload as JSON where it is msgpack, else its bytes.
    private static func payload(_ document: QuarantinedDocument) -> [String] {
        guard document.payloadBytes > 0 else { return [] }
        if document.isWhole {
            do throws(MsgpackError) {
                return [JSONText.text(of: try MsgpackValue(unpacking: document.payload.span))]
            } catch {
                return bytes(document)
            }
        }
        return bytes(document)
    }

    private static func bytes(_ document: QuarantinedDocument) -> [String] {
        let shown = Array(document.payload.prefix(bytesShown))
        var lines = stride(from: 0, to: shown.count, by: bytesALine).map { start in
            shown[start..<min(start + bytesALine, shown.count)].map { byte in
                let digits = String(byte, radix: hexadecimal)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
        if shown.count < document.payloadBytes {
            lines.append("(the first \(shown.count) bytes: --json shows more)")
        }
        return lines
    }
}
