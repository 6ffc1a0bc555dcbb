package import TwinCore

/// A recorded series: one row a time, one column a metric.
package struct Series: Equatable, Sendable {
    package let names: [String]
    /// When each row was taken; nil when the file has no times.
    package let times: [Timestamp]?
    /// Row by row; NaN = absent.
    package let values: [Float]

    package init(names: [String], times: [Timestamp]?, values: [Float]) {
        self.names = names
        self.times = times
        self.values = values
    }

    package var rowCount: Int { names.isEmpty ? 0 : values.count / names.count }

    /// The values of one row, in the order of `names`.
    package func row(_ index: Int) -> ArraySlice<Float> {
        values[index * names.count..<(index + 1) * names.count]
    }

    /// Compares values by their bits, so that absent equals absent.
    package static func == (left: Series, right: Series) -> Bool {
        left.names == right.names && left.times == right.times
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }
}
