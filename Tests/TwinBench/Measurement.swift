import Foundation

/// What one run of one row of the table has measured: lines for people, or one line of JSON.
///
/// A figure's name ends in its unit, `name.part` is the figure of one part, such as a process.
struct Measurement {
    private struct Line: Encodable {
        var row: String
        var figures: [String: Double]
    }

    private let row: String
    /// In the order in which they were noted.
    private var figures: [(name: String, value: Double)] = []

    init(row: String) { self.row = row }

    /// Adds a figure; each name once.
    mutating func note(_ name: String, _ value: Double) { figures.append((name, value)) }

    /// The one line that `compose/bench` collects.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let line = Line(row: row, figures: Dictionary(figures) { _, latest in latest })
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }

    var text: String {
        let width = figures.map(\.name.count).max() ?? 0
        let lines = figures.map { figure in
            figure.name.padding(toLength: width, withPad: " ", startingAt: 0)
                + "  " + Self.text(figure.value)
        }
        return ([row] + lines.map { "  " + $0 }).joined(separator: "\n")
    }

    /// Four digits or more: a rate in whole numbers, a time with what its size allows.
    private static func text(_ value: Double) -> String {
        let decimals = abs(value) >= 1_000 ? 0 : abs(value) >= 10 ? 1 : 3
        return String(format: "%.\(decimals)f", value)
    }
}
