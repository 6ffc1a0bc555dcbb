import Evaluation
import Testing
import TwinCore

@Suite struct SeriesReaderTests {
    @Test("Without a header the metrics are c1, c2, …")
    func headerless() throws {
        let series = try read("0.49,0.5\n0.48,1e-3\n")
        #expect(series.names == ["c1", "c2"])
        #expect(series.rowCount == 2)
        #expect(Array(series.row(1)) == [0.48, 0.001])
        #expect(series.times == nil)
    }

    @Test("A header names the metrics, and timestamps are read as UTC")
    func timestamps() throws {
        let series = try read(
            "timestamp,value\r\n2014-02-14 14:30:00,0.132\r\n2014-02-14T14:35:00.5Z,\r\n")
        #expect(series.names == ["value"])
        #expect(
            series.times == [
                Timestamp(milliseconds: 1_392_388_200_000),
                Timestamp(milliseconds: 1_392_388_500_500),
            ])
        #expect(series.row(0).first == 0.132)
        #expect(series.row(1).first?.isNaN == true)
    }

    @Test("Seconds since 1970 are times under a header that says so, and leap days exist")
    func numericTimes() throws {
        #expect(
            try read("time,a\n1392388200,1\n").times == [
                Timestamp(milliseconds: 1_392_388_200_000)
            ])
        #expect(
            try read("2024-02-29 00:00:00,1\n").times == [
                Timestamp(milliseconds: 1_709_164_800_000)
            ])
    }

    @Test(
        "A mistake is named with its line, its column, what was wanted and what was found",
        arguments: [
            ("1,2\n3,x\n", "line 2, column 2: wanted a number, found \"x\""),
            ("1,x\n3,4\n", "line 1, column 2: wanted a number, found \"x\""),
            ("a,b\n1,2\n3\n", "line 3, column 2: wanted 2 columns as in the first line, found 1"),
            ("a,b\n1,2,3\n", "line 2, column 3: wanted 2 columns as in the first line, found 3"),
            ("a,a\n1,2\n", "line 1, column 2: wanted another metric name, found \"a\" again"),
            ("a,b\n", "line 1, column 1: wanted rows of values, found none"),
            ("", "line 1, column 1: wanted rows of values, found none"),
            ("timestamp,a\nsoon,2\n", "line 2, column 1: wanted a time"),
            ("timestamp,a\n2023-02-29 00:00:00,2\n", "line 2, column 1: wanted a time"),
            ("1,2\n\n3,4\n", "line 2, column 2: wanted 2 columns as in the first line, found 1"),
        ])
    func mistakes(text: String, sentence: String) {
        let error = #expect(throws: SeriesError.self) { try read(text) }
        #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "none")")
    }

    @Test("More metrics than a server may have, and bytes that are no text, are refused")
    func limits() {
        let wide = Array(repeating: "1", count: 65).joined(separator: ",")
        #expect(throws: SeriesError(line: 1, column: 65, .tooManyColumns(65))) { try read(wide) }
        #expect(throws: SeriesError(line: 1, column: 1, .notText)) {
            try SeriesReader.series([0x31, 0xFF, 0x0A])
        }
    }

    @Test("Labels are zeros and ones, one a line")
    func labels() throws {
        #expect(try SeriesReader.labels(Array("0\n1\n1\n".utf8)) == [false, true, true])
        #expect(throws: SeriesError(line: 2, column: 1, .label(found: "2"))) {
            try SeriesReader.labels(Array("0\n2\n".utf8))
        }
    }

    @Test("Every prefix of a file is a series or a typed mistake")
    func prefixes() {
        let bytes = Array(
            "timestamp,value\n2014-02-14 14:30:00,0.132\n2014-02-14 14:35:00,é\n".utf8)
        for length in 0...bytes.count {
            do throws(SeriesError) {
                let series = try SeriesReader.series(Array(bytes.prefix(length)))
                #expect(series.rowCount >= 1)
            } catch {
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
    }

    private func read(_ text: String) throws(SeriesError) -> Series {
        try SeriesReader.series(Array(text.utf8))
    }
}
