package import TwinCore

/// What every renderer may know besides its document; nothing else reaches the text.
package struct RenderContext: Sendable {
    /// The moment that ages are counted to.
    package var now: Timestamp
    package var palette: Palette
    /// Columns of the terminal.
    package var width: Int
    package var zone: TimeZoneChoice

    package init(
        now: Timestamp, palette: Palette = .plain, width: Int = RenderContext.usualWidth,
        zone: TimeZoneChoice = .utc
    ) {
        self.now = now
        self.palette = palette
        self.width = width
        self.zone = zone
    }

    /// The width when the terminal does not say.
    package static let usualWidth = 100

    /// How this context writes times.
    var time: HumanTime { HumanTime(now: now, zone: zone) }

    /// One line with its left and right part pushed to both ends, at least two blanks apart.
    func line(_ left: String, _ right: String) -> String {
        let room = min(width, RenderContext.usualWidth) - left.count - right.count
        return left + String(repeating: " ", count: max(2, room)) + right
    }
}
