/// The indented facts below a twin's headline: a name, a fact, and a second one to its right.
struct FactLines {
    private static let nameWidth = 10
    private static let gap = 6
    private var facts: [(name: String, left: String, right: String)] = []

    mutating func add(_ name: String, _ left: String, _ right: String = "") {
        facts.append((name, left, right))
    }

    /// A line each; the right facts stand below one another.
    func lines(_ palette: Palette) -> [String] {
        let width = facts.filter { !$0.right.isEmpty }.map(\.left.count).max() ?? 0
        return facts.map { fact in
            let name = fact.name.padding(to: FactLines.nameWidth)
            let left =
                fact.right.isEmpty ? fact.left : fact.left.padding(to: width + FactLines.gap)
            return "  \(palette.paint(name, .faint))\(left)\(fact.right)"
        }
    }
}

extension String {
    /// The text with blanks behind it, at least `width` characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
