internal import TwinCore

/// Why a file of values or labels cannot be read, and where. Lines and columns count from 1; a
/// column is a field between commas.
package struct SeriesError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case empty
        case notText
        case number(found: String)
        case time(found: String)
        case label(found: String)
        case columns(wanted: Int, found: Int)
        case tooManyColumns(Int)
        case name(found: String)
        case nameTwice(String)
    }

    package let line: Int
    package let column: Int
    package let reason: Reason

    package init(line: Int, column: Int, _ reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}

extension SeriesError: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(sentence)" }

    private var sentence: String {
        switch reason {
        case .empty: "wanted rows of values, found none"
        case .notText: "wanted UTF-8 text, found other bytes"
        case .number(let found): "wanted a number, found \"\(found)\""
        case .time(let found):
            "wanted a time such as 2014-02-14 14:30:00 or seconds since 1970, found \"\(found)\""
        case .label(let found): "wanted 0 or 1, found \"\(found)\""
        case .columns(let wanted, let found):
            "wanted \(wanted) columns as in the first line, found \(found)"
        case .tooManyColumns(let found):
            "wanted at most \(Limits.metricsPerServerMax) metrics, found \(found)"
        case .name(let found):
            "wanted a metric name of 1 to \(Limits.metricNameBytesMax) bytes, found \"\(found)\""
        case .nameTwice(let name): "wanted another metric name, found \"\(name)\" again"
        }
    }
}
