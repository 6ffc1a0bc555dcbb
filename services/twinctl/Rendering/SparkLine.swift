/// A series as one line of blocks: the shape of fifteen minutes at a glance.
package enum SparkLine {
    private static let blocks = Array("▁▂▃▄▅▆▇█")

    /// `values` drawn in `columns` characters over `range`; a blank where nothing was reported.
    ///
    /// Each column is the mean of its share of the values. The full block stands for the upper
    /// end of the range or more.
    package static func text(
        _ values: [Double?], in range: ClosedRange<Double>, columns: Int
    ) -> String {
        guard !values.isEmpty else { return "" }
        let count = min(columns, values.count)
        var line = ""
        for column in 0..<count {
            let share = values[column * values.count / count..<(column + 1) * values.count / count]
            let present = share.compactMap { $0 }
            guard !present.isEmpty else {
                line.append(" ")
                continue
            }
            line.append(block(present.reduce(0, +) / Double(present.count), in: range))
        }
        return line
    }

    private static func block(_ value: Double, in range: ClosedRange<Double>) -> Character {
        let span = range.upperBound - range.lowerBound
        guard span > 0, value.isFinite else { return blocks[0] }
        let height = (value - range.lowerBound) / span * Double(blocks.count - 1)
        return blocks[Int(min(max(height, 0), Double(blocks.count - 1)))]
    }
}
