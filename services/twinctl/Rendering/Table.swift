/// Rows of text under a header, as all answers show them: two blanks between columns, numbers to
/// the right, no line ends in blanks.
struct Table {
    enum Alignment {
        case left, right
    }

    struct Column {
        let title: String
        let alignment: Alignment
        /// Room that is kept even when nothing fills it, so that a repeated table stands still.
        let widthMin: Int

        init(_ title: String, _ alignment: Alignment = .left, widthMin: Int = 0) {
            self.title = title
            self.alignment = alignment
            self.widthMin = widthMin
        }
    }

    /// One cell: its text and what it means.
    struct Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        let text: String
        let role: Palette.Role?

        init(_ text: String, _ role: Palette.Role? = nil) {
            self.text = text
            self.role = role
        }

        init(stringLiteral text: String) { self.init(text) }

        /// What stands for "unknown" or "does not apply".
        static let none = Cell("–")

        /// The text of a value, or the sign for none.
        static func value(_ text: String?) -> Cell { text.map { Cell($0) } ?? .none }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []
    private static let gap = "  "

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; it has one cell a column.
    mutating func add(_ row: [Cell]) { rows.append(row) }

    var isEmpty: Bool { rows.isEmpty }

    /// The header and all rows, a line each.
    func lines(_ palette: Palette) -> [String] {
        let widths = columns.enumerated().map { index, column in
            rows.reduce(max(column.title.count, column.widthMin)) {
                max($0, $1[index].text.count)
            }
        }
        let header = columns.map { Cell($0.title, .faint) }
        return ([header] + rows).map { line($0, widths, palette) }
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ palette: Palette) -> String {
        var line = ""
        var blanks = 0
        for (index, cell) in cells.enumerated() {
            let padding = widths[index] - cell.text.count
            if columns[index].alignment == .right { blanks += padding }
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: blanks)
                line += palette.paint(cell.text, cell.role)
                blanks = 0
            }
            blanks += Table.gap.count
            if columns[index].alignment == .left { blanks += padding }
        }
        return line
    }
}
