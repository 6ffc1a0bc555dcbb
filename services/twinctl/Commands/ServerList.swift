import TwinClient
import TwinCore
import TwinWire

/// The servers that a file names: what `commission --file` reads.
///
/// One server a line; empty lines and lines that begin with `#` do not count. A line is either
/// JSON, `{"key": …, "rack": …, "dc": …, "labels": {…}, "intervalSeconds": …}`, or columns
/// `key,rack,dc,label=value…` parted by commas, tabs or blanks (commas win over tabs, tabs over
/// blanks). With commas or tabs an empty dc column means `--dc`; with blanks the column may be
/// left out. A value with a comma stands in double quotes. A first line whose first column is
/// `key` is a header. All mistakes are told together, with their lines.
struct ServerList {
    /// One line.
    struct Entry: Equatable {
        let line: Int
        let address: TwinAddress
        let request: CommissionRequest
    }

    private(set) var entries: [Entry] = []
    private var mistakes: [String] = []

    private static let mistakesTold = 10

    init(text: String, file: String, dc: TwinKey?) throws(ClientError) {
        var lineByAddress: [TwinAddress: Int] = [:]
        for (line, content) in Self.lines(of: text) {
            do throws(ServerLineError) {
                let entry = try ServerLine(content).entry(line: line, dc: dc)
                if let first = lineByAddress.updateValue(line, forKey: entry.address) {
                    throw ServerLineError("\(entry.address) stands in line \(first) already")
                }
                entries.append(entry)
            } catch {
                mistakes.append("line \(line): \(error.sentence)")
            }
        }
        try Self.refuse(mistakes, file: file, isEmpty: entries.isEmpty)
    }

    /// The keys alone, for `decommission --file`: the first column of the same lines.
    static func addresses(text: String, file: String) throws(ClientError) -> [TwinAddress] {
        var addresses: [TwinAddress] = []
        var mistakes: [String] = []
        for (line, content) in lines(of: text) {
            do throws(ServerLineError) {
                addresses.append(try ServerLine(content).address())
            } catch {
                mistakes.append("line \(line): \(error.sentence)")
            }
        }
        try refuse(mistakes, file: file, isEmpty: addresses.isEmpty)
        return addresses
    }

    /// Lines that count, from 1, without the header.
    private static func lines(of text: String) -> [(line: Int, content: Substring)] {
        var lines: [(line: Int, content: Substring)] = []
        let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in all.enumerated() {
            let content = line.drop(while: \.isWhitespace)
            guard !content.isEmpty, content.first != "#" else { continue }
            if lines.isEmpty, ServerLine(content).isHeader { continue }
            lines.append((index + 1, content))
        }
        return lines
    }

    private static func refuse(
        _ mistakes: [String], file: String, isEmpty: Bool
    ) throws(ClientError) {
        guard mistakes.isEmpty else {
            var told = mistakes.prefix(mistakesTold).joined(separator: "\n  ")
            if mistakes.count > mistakesTold {
                told += "\n  and \(mistakes.count - mistakesTold) more"
            }
            throw .usage(
                message: "--file \(file): \(mistakes.count) of its lines are wrong, nothing was "
                    + "sent\n  \(told)",
                hint: "a line is key,rack,dc,label=value…")
        }
        guard !isEmpty else {
            throw .usage(message: "--file \(file): names no server", hint: nil)
        }
    }
}
