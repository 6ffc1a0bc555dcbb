/// Colours by meaning, or none: what `--color`, `NO_COLOR` and the terminal decide.
package struct Palette: Equatable, Sendable {
    /// The value of `--color`.
    package enum Choice: String, CaseIterable, Sendable {
        case auto, always, never
    }

    /// What a piece of text means; the palette knows how that looks.
    package enum Role: Sendable {
        case bad, warning, good, faint, strong
    }

    private let isColoured: Bool

    /// No escape sequences at all.
    package static let plain = Palette(isColoured: false)
    package static let coloured = Palette(isColoured: true)

    private init(isColoured: Bool) { self.isColoured = isColoured }

    /// `auto` colours a terminal unless `NO_COLOR` is set to anything (no-color.org) or the
    /// terminal is called `dumb`.
    package init(
        _ choice: Choice, isTerminal: Bool, environment: [String: String]
    ) {
        switch choice {
        case .always: isColoured = true
        case .never: isColoured = false
        case .auto:
            isColoured =
                isTerminal && environment["NO_COLOR", default: ""].isEmpty
                && environment["TERM"] != "dumb"
        }
    }

    /// `text` in the colour of `role`; without one, or without colours, as it is.
    package func paint(_ text: String, _ role: Role?) -> String {
        guard isColoured, let role, !text.isEmpty else { return text }
        return "\u{1B}[\(Palette.code(role))m\(text)\u{1B}[0m"
    }

    /// SGR parameters of ECMA-48.
    private static func code(_ role: Role) -> String {
        switch role {
        case .bad: "1;31"
        case .warning: "33"
        case .good: "32"
        case .faint: "2"
        case .strong: "1"
        }
    }
}
