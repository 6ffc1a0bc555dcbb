import Msgpack
import TwinClient
import TwinCore
import TwinWire

/// What is wrong with one line, as the end of a sentence that begins with its number.
struct ServerLineError: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// One line of a server list, columns or JSON.
struct ServerLine {
    private let content: Substring

    init(_ content: Substring) { self.content = content }

    private static let columnsBeforeLabels = 3
    private static let rackColumn = 1
    private static let dcColumn = 2

    /// A first line that names the columns.
    var isHeader: Bool { !isJSON && columns.first?.lowercased() == "key" }

    private var isJSON: Bool { content.first == "{" }

    func address() throws(ServerLineError) -> TwinAddress {
        guard isJSON else { return try Self.server(columns.first ?? "") }
        return try Self.server(try Self.text(try object(), "key") ?? "")
    }

    func entry(line: Int, dc: TwinKey?) throws(ServerLineError) -> ServerList.Entry {
        let (address, request) = isJSON ? try fromJSON(dc) : try fromColumns(dc)
        do throws(Refusal) {
            _ = try request.commission()
        } catch {
            throw ServerLineError(error.message)
        }
        return ServerList.Entry(line: line, address: address, request: request)
    }

    // MARK: columns

    private func fromColumns(
        _ dc: TwinKey?
    ) throws(ServerLineError) -> (TwinAddress, CommissionRequest) {
        let columns = columns
        guard columns.count > Self.rackColumn else {
            throw ServerLineError("wanted key and rack at least, found \"\(content)\"")
        }
        let hasDC = columns.count > Self.dcColumn && !columns[Self.dcColumn].contains("=")
        var named: TwinKey?
        if hasDC, !columns[Self.dcColumn].isEmpty {
            named = try Self.key(columns[Self.dcColumn], "dc")
        }
        var labels: [String: String] = [:]
        for column in columns.dropFirst(hasDC ? Self.columnsBeforeLabels : Self.dcColumn)
        where !column.isEmpty {
            let parts = column.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ServerLineError("wanted label=value, found \"\(column)\"")
            }
            guard labels.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw ServerLineError("label \(parts[0]) is given twice")
            }
        }
        return (
            try Self.server(columns[0]),
            CommissionRequest(
                dc: try Self.chosen(named, dc),
                rack: try Self.key(columns[Self.rackColumn], "rack"), labels: labels)
        )
    }

    private var columns: [String] {
        if content.contains(",") { return Self.split(content, at: ",") }
        if content.contains("\t") { return Self.split(content, at: "\t") }
        return content.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Splits outside double quotes (RFC 4180: a doubled quote stands for one) and trims blanks.
    private static func split(_ text: Substring, at separator: Character) -> [String] {
        var columns: [String] = []
        var column = ""
        var isQuoted = false
        var hasJustClosed = false
        for character in text {
            switch character {
            case "\"":
                if hasJustClosed { column.append("\"") }
                hasJustClosed = isQuoted
                isQuoted.toggle()
                continue
            case separator where !isQuoted:
                columns.append(column.trimmed)
                column = ""
            default: column.append(character)
            }
            hasJustClosed = false
        }
        return columns + [column.trimmed]
    }

    // MARK: JSON

    private func fromJSON(
        _ dc: TwinKey?
    ) throws(ServerLineError) -> (TwinAddress, CommissionRequest) {
        let object = try object()
        let named = try Self.text(object, "dc")
        var labels: [String: String] = [:]
        switch object["labels"] {
        case .map(let pairs):
            for pair in pairs {
                guard case .string(let name) = pair.key, case .string(let value) = pair.value else {
                    throw ServerLineError("labels: wanted texts by name")
                }
                labels[name] = value
            }
        case nil, .nil: break
        default: throw ServerLineError("labels: wanted an object")
        }
        var interval: Double?
        switch object["intervalSeconds"] {
        case .int(let seconds): interval = Double(seconds)
        case .double(let seconds): interval = seconds
        case nil, .nil: break
        default: throw ServerLineError("intervalSeconds: wanted a number")
        }
        var namedKey: TwinKey?
        if let named { namedKey = try Self.key(named, "dc") }
        return (
            try Self.server(try Self.text(object, "key") ?? ""),
            CommissionRequest(
                dc: try Self.chosen(namedKey, dc),
                rack: try Self.key(try Self.text(object, "rack") ?? "", "rack"), labels: labels,
                intervalSeconds: interval)
        )
    }

    private func object() throws(ServerLineError) -> MsgpackValue {
        do throws(JSONError) {
            return try JSONReader.value(of: String(content))
        } catch {
            throw ServerLineError("\(error)")
        }
    }

    private static func text(
        _ object: MsgpackValue, _ name: String
    ) throws(ServerLineError) -> String? {
        switch object[name] {
        case .string(let text): return text
        case nil, .nil: return nil
        default: throw ServerLineError("\(name): wanted a text")
        }
    }

    // MARK: names

    private static func server(_ text: String) throws(ServerLineError) -> TwinAddress {
        do throws(ClientError) {
            return try Naming.twin(text, in: .server)
        } catch {
            throw ServerLineError(error.document.error.message)
        }
    }

    private static func key(_ text: String, _ name: String) throws(ServerLineError) -> TwinKey {
        do throws(AddressError) {
            return try TwinKey(text)
        } catch {
            throw ServerLineError("\(name) \"\(text)\": \(error)")
        }
    }

    private static func chosen(
        _ named: TwinKey?, _ usual: TwinKey?
    ) throws(ServerLineError) -> TwinKey {
        guard let dc = named ?? usual else {
            throw ServerLineError("names no data center, and there is no --dc")
        }
        return dc
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
