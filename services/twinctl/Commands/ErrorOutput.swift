import TwinClient
import TwinWire

/// How errors are told: on stderr, as text or as one JSON object.
struct ErrorOutput {
    let isJSON: Bool
    let palette: Palette
    let output: Output

    func tell(_ document: ErrorDocument) {
        guard isJSON else {
            let context = RenderContext(now: ClientTime.wall, palette: palette)
            return output.note(ErrorRenderer.text(document, context))
        }
        do {
            output.note(try JSONText.line(of: document))
        } catch {
            output.note("\(document.error.code): \(document.error.message)")
        }
    }
}

extension ErrorOutput {
    init(options: GlobalOptions, output: Output, environment: [String: String]) {
        self.init(
            isJSON: options.json,
            palette: Palette(
                options.color, isTerminal: output.notesToTerminal, environment: environment),
            output: output)
    }
}
