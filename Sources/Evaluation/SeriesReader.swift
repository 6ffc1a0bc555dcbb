internal import TwinCore

/// Reads recorded series and labels from plain bytes; unpacking is the caller's.
///
/// A first line without any number is a header; without one the metrics are `c1`, `c2`, … A first
/// column of times (`2014-02-14 14:30:00`, or numbers under a header named `timestamp` or `time`)
/// becomes the rows' times. An empty field is an absent value. Lines end in LF or CR LF; empty
/// lines at the end are ignored.
package enum SeriesReader {
    /// Reads a comma-separated series; throws the first mistake with its line and column.
    package static func series(_ bytes: [UInt8]) throws(SeriesError) -> Series {
        let lines = try lines(of: bytes)
        let first = fields(of: lines[0])
        let hasHeader = first.allSatisfy { !$0.isEmpty && Float($0) == nil && !isTime($0) }
        guard let firstRow = lines.dropFirst(hasHeader ? 1 : 0).first else {
            throw SeriesError(line: lines.count, column: 1, .empty)
        }
        let hasTimes = isTime(fields(of: firstRow)[0]) || (hasHeader && namesTime(first[0]))
        let names = try names(of: first, hasHeader: hasHeader, hasTimes: hasTimes)
        var times: [Timestamp] = []
        var values: [Float] = []
        values.reserveCapacity(names.count * lines.count)
        for (index, text) in lines.enumerated().dropFirst(hasHeader ? 1 : 0) {
            let line = index + 1
            let row = fields(of: text)
            guard row.count == first.count else {
                let reason = SeriesError.Reason.columns(wanted: first.count, found: row.count)
                throw SeriesError(line: line, column: min(row.count, first.count) + 1, reason)
            }
            if hasTimes { times.append(try time(row[0], line: line)) }
            for column in (hasTimes ? 1 : 0)..<row.count {
                values.append(try value(row[column], line: line, column: column + 1))
            }
        }
        return Series(names: names, times: hasTimes ? times : nil, values: values)
    }

    /// Reads labels, one a line, 0 or 1; throws the first mistake with its line.
    package static func labels(_ bytes: [UInt8]) throws(SeriesError) -> [Bool] {
        var labels: [Bool] = []
        for (index, line) in try lines(of: bytes).enumerated() {
            switch line {
            case "0", "0.0": labels.append(false)
            case "1", "1.0": labels.append(true)
            default: throw SeriesError(line: index + 1, column: 1, .label(found: shown(line)))
            }
        }
        return labels
    }

    // MARK: lines and fields

    /// The lines without their ends; at least one.
    private static func lines(of bytes: [UInt8]) throws(SeriesError) -> [Substring] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SeriesError(line: 1, column: 1, .notText)
        }
        // "\r\n" is one Character, so this splits at both line ends.
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw SeriesError(line: 1, column: 1, .empty) }
        return lines
    }

    private static func fields(of line: Substring) -> [Substring] {
        line.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
    }

    private static func trimmed(_ field: Substring) -> Substring {
        var field = field.drop { $0 == " " || $0 == "\t" }
        while field.last == " " || field.last == "\t" { field.removeLast() }
        return field
    }

    // MARK: header

    private static func names(
        of first: [Substring], hasHeader: Bool, hasTimes: Bool
    ) throws(SeriesError) -> [String] {
        let skipped = hasTimes ? 1 : 0
        let count = first.count - skipped
        guard count <= Limits.metricsPerServerMax else {
            let column = skipped + Limits.metricsPerServerMax + 1
            throw SeriesError(line: 1, column: column, .tooManyColumns(count))
        }
        guard count > 0 else { throw SeriesError(line: 1, column: 2, .empty) }
        guard hasHeader else { return (1...count).map { "c\($0)" } }
        var names: [String] = []
        for (index, field) in first.enumerated().dropFirst(skipped) {
            guard (1...Limits.metricNameBytesMax).contains(field.utf8.count) else {
                throw SeriesError(line: 1, column: index + 1, .name(found: shown(field)))
            }
            guard !names.contains(String(field)) else {
                throw SeriesError(line: 1, column: index + 1, .nameTwice(String(field)))
            }
            names.append(String(field))
        }
        return names
    }

    private static func namesTime(_ name: Substring) -> Bool {
        ["timestamp", "time"].contains(name.lowercased())
    }

    private static func isTime(_ field: Substring) -> Bool {
        CivilTime.timestamp(field) != nil
    }

    // MARK: values

    private static func time(_ field: Substring, line: Int) throws(SeriesError) -> Timestamp {
        if let time = CivilTime.timestamp(field) { return time }
        guard let seconds = Double(field), seconds.magnitude < secondsMax else {
            throw SeriesError(line: line, column: 1, .time(found: shown(field)))
        }
        return Timestamp(milliseconds: Int64(seconds * 1_000))
    }

    private static func value(
        _ field: Substring, line: Int, column: Int
    ) throws(SeriesError) -> Float {
        if field.isEmpty { return .nan }
        guard let value = Float(field) else {
            throw SeriesError(line: line, column: column, .number(found: shown(field)))
        }
        return value
    }

    /// Enough of a wrong field to recognise it.
    private static func shown(_ field: Substring) -> String {
        String(field.prefix(shownCharacters))
    }

    private static let shownCharacters = 40
    /// Times beyond the year 5138 are milliseconds taken for seconds.
    private static let secondsMax = 1e11
}
