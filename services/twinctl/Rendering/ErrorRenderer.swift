package import TwinWire

/// An error for people, on stderr: the code, the sentence, what was found and wanted, and the
/// command to type next.
package enum ErrorRenderer {
    package static func text(_ document: ErrorDocument, _ context: RenderContext) -> String {
        let error = document.error
        var lines = ["twinctl: \(context.palette.paint(error.code, .bad)): \(error.message)"]
        var facts = FactLines()
        if let found = error.found { facts.add("found", found) }
        if let wanted = error.wanted { facts.add("wanted", wanted) }
        lines += facts.lines(context.palette)
        if error.retry { lines.append("  The same command may be repeated.") }
        if let hint = error.hint { lines.append("→ \(hint)") }
        return lines.joined(separator: "\n")
    }
}
