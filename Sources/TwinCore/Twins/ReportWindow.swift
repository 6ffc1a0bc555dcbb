/// The 15 minutes of reports up to the newest one, by report time: what the health model sees.
///
/// A ring of rows in one allocation; a row is its time (two words) and one `Quantised` a stored
/// column (the uptime has none). At most `Limits.windowReportsMax` rows; the capacity grows by
/// doubling from 6, so that 90 reports fit 96 rows: 22 bytes a report of ten metrics.
package struct ReportWindow: Sendable {
    private static let wordsOfTime = 2
    private static let rowsAtFirst = 6

    /// Stored columns a row.
    package let columns: Int
    package private(set) var count = 0
    private var head = 0
    private var capacity = 0
    /// Times are kept as milliseconds after this one.
    private var base: Int64 = 0
    /// The times of the first and the last row, here so that a report to a full window reads none
    /// of its rows.
    private var oldestTime: Int64 = 0
    private var newestTime: Int64 = 0
    private var cells: [UInt16] = []

    package init(columns: Int) { self.columns = columns }

    private var stride: Int { columns + ReportWindow.wordsOfTime }

    /// What the rows take, with the room to grow.
    package var bytesReserved: Int { cells.count * 2 }

    /// Rows are numbered by time: 0 is the oldest, `count − 1` the newest.
    package func time(of row: Int) -> Timestamp {
        let cell = cell(of: row)
        let offset = UInt32(cells[cell]) | UInt32(cells[cell + 1]) << 16
        return Timestamp(milliseconds: base + Int64(offset))
    }

    package var newest: Timestamp? { count == 0 ? nil : Timestamp(milliseconds: newestTime) }
    package var oldest: Timestamp? { count == 0 ? nil : Timestamp(milliseconds: oldestTime) }

    /// True when another report would push out the oldest one.
    package var isFull: Bool { count == Limits.windowReportsMax }

    package func value(row: Int, column: Int) -> Quantised {
        Quantised(bits: cells[cell(of: row) + ReportWindow.wordsOfTime + column])
    }

    /// The bits of a row's values, by column.
    @_lifetime(borrow self)
    func values(of row: Int) -> Span<UInt16> {
        let first = cell(of: row) + ReportWindow.wordsOfTime
        return cells.span.extracting(first..<first + columns)
    }

    package mutating func set(_ value: Quantised, row: Int, column: Int) {
        cells[cell(of: row) + ReportWindow.wordsOfTime + column] = value.bits
    }

    /// The first row at or after `time`; `count` when all are older.
    package func firstRow(from time: Timestamp) -> Int {
        if count == 0 || newestTime < time.milliseconds { return count }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.time(of: middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package func contains(_ time: Timestamp) -> Bool {
        let row = firstRow(from: time)
        return row < count && self.time(of: row) == time
    }

    /// Makes room for a report at `time`, all its values absent, and returns its row.
    ///
    /// Rows that fall out of the 15 minutes, or over the limit, are dropped first. The caller has
    /// checked that the time is new and not too old. Cost: constant for the newest; a late report
    /// moves the rows after it.
    package mutating func insert(at time: Timestamp) -> Int {
        let first = insertBlank(at: time)
        let end = first + columns
        var cells = cells.mutableSpan
        for cell in first..<end { cells[cell] = Quantised.absent.bits }
        return firstRow(from: time)
    }

    /// The same with whatever values; returns the cell of the first one.
    private mutating func insertBlank(at time: Timestamp) -> Int {
        dropRows(before: time)
        if count == 0 { base = time.milliseconds }
        if isFull { dropOldest() }
        if time.milliseconds < base || time.milliseconds - base > Int64(UInt32.max) {
            rebase(to: Swift.min(time, oldest ?? time))
        }
        let row = firstRow(from: time)
        if count == capacity { grow(to: ReportWindow.capacity(after: capacity)) }
        count += 1
        for later in Swift.stride(from: count - 1, to: row, by: -1) {
            copyRow(later - 1, to: later)
        }
        if row == 0 { oldestTime = time.milliseconds }
        if row == count - 1 { newestTime = time.milliseconds }
        return setTime(time, row: row)
    }

    /// Takes a report that is newer than all: one value a column of its set, of which a window
    /// stores those that `limits` says.
    mutating func append(_ values: [Float], at time: Timestamp, limits: [ColumnLimits]) {
        var cell = insertBlank(at: time)
        var cells = cells.mutableSpan
        for column in limits.indices where limits[column].isStored {
            cells[cell] = Quantised(values[column]).bits
            cell += 1
        }
    }

    /// Takes a row that is newer than all, by the bits of its values.
    mutating func append(_ words: Span<UInt16>, at time: Timestamp) {
        let first = insertBlank(at: time)
        var cells = cells.mutableSpan
        for column in words.indices { cells[first + column] = words[column] }
    }

    /// A word of the row that the next report will drop or look at.
    var glance: UInt64 { count == 0 ? 0 : UInt64(cells[cell(of: 0)]) }

    package mutating func removeAll() {
        count = 0
        head = 0
    }

    /// The same rows under another layout: column `source[c]` becomes column c, nil is absent.
    package func laidOut(columns: Int, from source: [Int?]) -> ReportWindow {
        var window = ReportWindow(columns: columns)
        for row in 0..<count {
            let target = window.insert(at: time(of: row))
            for column in 0..<columns {
                guard let old = source[column] else { continue }
                window.set(value(row: row, column: old), row: target, column: column)
            }
        }
        return window
    }

    /// True when no row holds a value in `column`; looks at the newest first.
    package func isAbsent(column: Int) -> Bool {
        for row in Swift.stride(from: count - 1, through: 0, by: -1)
        where !value(row: row, column: column).isAbsent { return false }
        return true
    }

    // MARK: the ring

    private func cell(of row: Int) -> Int {
        let slot = head + row
        let rows = capacity
        return (slot < rows ? slot : slot - rows) * stride
    }

    /// Returns the cell of the row's first value.
    @discardableResult
    private mutating func setTime(_ time: Timestamp, row: Int) -> Int {
        let offset = UInt32(truncatingIfNeeded: time.milliseconds - base)
        let cell = cell(of: row)
        var cells = cells.mutableSpan
        cells[cell] = UInt16(truncatingIfNeeded: offset)
        cells[cell + 1] = UInt16(truncatingIfNeeded: offset >> 16)
        return cell + ReportWindow.wordsOfTime
    }

    private mutating func copyRow(_ source: Int, to target: Int) {
        let from = cell(of: source)
        let to = cell(of: target)
        for word in 0..<stride { cells[to + word] = cells[from + word] }
    }

    private mutating func dropRows(before newest: Timestamp) {
        let allowed = newest.milliseconds - Limits.windowSpan.rawValue
        while count > 0, oldestTime < allowed { dropOldest() }
    }

    private mutating func dropOldest() {
        head = head + 1 == capacity ? 0 : head + 1
        count -= 1
        if count > 0 { oldestTime = time(of: 0).milliseconds }
    }

    private mutating func rebase(to time: Timestamp) {
        let times = (0..<count).map(self.time(of:))
        base = time.milliseconds
        for row in 0..<count { setTime(times[row], row: row) }
    }

    /// Makes room for so many rows, as if they had come one by one.
    mutating func reserve(_ rows: Int) {
        var wanted = capacity
        while wanted < rows { wanted = ReportWindow.capacity(after: wanted) }
        if wanted > capacity { grow(to: wanted) }
    }

    private static func capacity(after rows: Int) -> Int {
        Swift.min(Swift.max(rowsAtFirst, rows * 2), Limits.windowReportsMax)
    }

    private mutating func grow(to rows: Int) {
        var grown: [UInt16] = []
        grown.reserveCapacity(rows * stride)
        for row in 0..<count {
            let cell = cell(of: row)
            grown.append(contentsOf: cells[cell..<cell + stride])
        }
        grown.append(contentsOf: repeatElement(0, count: (rows - count) * stride))
        cells = grown
        capacity = rows
        head = 0
    }
}

extension ReportWindow: Equatable {
    /// By rows: where the ring starts and how much room it has is no part of the state.
    package static func == (left: ReportWindow, right: ReportWindow) -> Bool {
        guard left.columns == right.columns, left.count == right.count else { return false }
        return (0..<left.count).allSatisfy { row in
            left.time(of: row) == right.time(of: row)
                && (0..<left.columns).allSatisfy {
                    left.value(row: row, column: $0) == right.value(row: row, column: $0)
                }
        }
    }
}
