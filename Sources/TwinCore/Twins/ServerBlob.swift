/// Writes the fixed-width parts of a server twin's row as little-endian bytes, whose number is
/// known before: a byte is a store, not an append. Rows of words are copied as they lie in memory,
/// so this builds for little-endian machines only.
struct BlobWriter {
    private(set) var bytes: [UInt8]
    private var offset = 0

    /// The caller puts exactly `count` bytes.
    init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }

    mutating func put(_ value: some FixedWidthInteger) {
        var rest = value
        let end = offset + type(of: value).bitWidth / 8
        while offset < end {
            bytes[offset] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            offset += 1
        }
    }

    /// One store each: nine tenths of a row are words.
    mutating func put(_ word: UInt16) {
        bytes[offset + 1] = UInt8(word >> 8)
        bytes[offset] = UInt8(truncatingIfNeeded: word)
        offset += 2
    }

    mutating func put(_ value: Float) { put(value.bitPattern) }

    /// Words one behind the other: a copy.
    mutating func put(_ words: Span<UInt16>) {
        let end = offset + words.count * MemoryLayout<UInt16>.size
        let place = offset..<end
        unsafe words.withUnsafeBytes { words in
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place])
                    .copyMemory(from: words)
            }
        }
        offset = end
    }
}

/// Reads what `BlobWriter` wrote; throws with the offset when the bytes end too early or late.
struct BlobReader {
    private let bytes: [UInt8]
    private let path: [any CodingKey]
    private var offset = 0

    init(_ bytes: [UInt8], path: [any CodingKey]) {
        self.bytes = bytes
        self.path = path
    }

    mutating func take<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
        let width = T.bitWidth / 8
        guard offset + width <= bytes.count else {
            throw corrupted("wanted \(width) bytes at offset \(offset) of \(bytes.count)")
        }
        var value: T = 0
        for index in 0..<width {
            value |= T(truncatingIfNeeded: bytes[offset + index]) << (index * 8)
        }
        offset += width
        return value
    }

    /// Takes so many words at once; throws when there are fewer.
    mutating func takeWords(_ count: Int, into words: inout [UInt16]) throws {
        let width = count * MemoryLayout<UInt16>.size
        guard offset + width <= bytes.count else {
            throw corrupted("wanted \(width) bytes at offset \(offset) of \(bytes.count)")
        }
        for index in 0..<count {
            let low = offset + index * MemoryLayout<UInt16>.size
            words[index] = UInt16(bytes[low]) | UInt16(bytes[low + 1]) << 8
        }
        offset += width
    }

    mutating func takeFloat() throws -> Float { Float(bitPattern: try take()) }

    /// Throws unless every byte was taken.
    func finish() throws {
        guard offset == bytes.count else {
            throw corrupted("wanted the end at offset \(offset), found \(bytes.count) bytes")
        }
    }

    func corrupted(_ text: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: "server twin blob: \(text)"))
    }
}

extension ReportWindow {
    /// The rows, oldest first: first time (8 bytes), then per row 4 bytes of difference to the
    /// row before and two a column. The same for equal windows.
    package var blob: [UInt8] {
        let head = count == 0 ? 4 : 12
        var writer = BlobWriter(count: head + count * (4 + columns * 2))
        writer.put(UInt16(columns))
        writer.put(UInt16(count))
        guard let oldest else { return writer.bytes }
        writer.put(oldest.milliseconds)
        var previous = oldest
        for row in 0..<count {
            let time = time(of: row)
            writer.put(UInt32(truncatingIfNeeded: (time - previous).rawValue))
            previous = time
            writer.put(values(of: row))
        }
        return writer.bytes
    }

    /// Reads `blob`; throws when it is cut, too long or out of order.
    init(blob: [UInt8], path: [any CodingKey]) throws {
        var reader = BlobReader(blob, path: path)
        self.init(columns: Int(try reader.take(UInt16.self)))
        let rows = Int(try reader.take(UInt16.self))
        guard columns <= Limits.metricsPerServerMax, rows <= Limits.windowReportsMax else {
            throw reader.corrupted("\(rows) rows of \(columns) columns")
        }
        reserve(rows)
        var time = Timestamp(milliseconds: rows == 0 ? 0 : try reader.take(Int64.self))
        var words = [UInt16](repeating: 0, count: columns)
        for index in 0..<rows {
            let step = Int64(try reader.take(UInt32.self))
            guard (index == 0) == (step == 0) else {
                throw reader.corrupted("row \(index) is \(step) ms after the row before")
            }
            time = time + Milliseconds(rawValue: step)
            try reader.takeWords(columns, into: &words)
            append(words.span, at: time)
        }
        try reader.finish()
    }
}
