package import TwinCore

/// Reads a program's settings from its flags and from the environment, and reports every mistake
/// together.
///
/// Each flag `--some-name` has the variable `TWIN_SOME_NAME`; a flag prevails. After all values
/// were asked for, `finish()` throws if any was wrong:
/// ```
/// var reader = SettingsReader(flags: ["shards": "abc"], environment: environment)
/// let shards = reader.integer("shards", in: 1...4_096, default: 256)
/// try reader.finish()   // --shards: wanted 1 to 4096, found "abc"
/// ```
package struct SettingsReader {
    private let flags: [String: String]
    private let environment: [String: String]
    private var problems: [String] = []

    /// - Parameter flags: values by name without dashes; nil = not given. A switch's is "true".
    package init(flags: [String: String?], environment: [String: String]) {
        self.flags = flags.compactMapValues { $0 }
        self.environment = environment
    }

    /// The variable that mirrors a flag: `listen-services` → `TWIN_LISTEN_SERVICES`.
    package static func variable(_ name: String) -> String {
        "TWIN_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// Reads what `parse` accepts; nil when the setting is absent or wrong.
    ///
    /// - Parameter wanted: completes "wanted …" when `parse` says nil.
    package mutating func value<Value>(
        _ name: String, wanted: String, parse: (String) -> Value?
    ) -> Value? {
        guard let (source, text) = find(name) else { return nil }
        guard let value = parse(text) else {
            problems.append("\(source): wanted \(wanted), found \"\(text)\"")
            return nil
        }
        return value
    }

    package mutating func text(_ name: String) -> String? {
        value(name, wanted: "a text") { $0.isEmpty ? nil : $0 }
    }

    /// A setting that must be there.
    package mutating func requiredText(_ name: String, _ what: String) -> String {
        if let text = text(name) { return text }
        if find(name) == nil {
            problems.append("--\(name) (or \(Self.variable(name))): wanted \(what), found nothing")
        }
        return ""
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        value(name, wanted: "\(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    package mutating func isOn(_ name: String) -> Bool {
        value(name, wanted: "true or false") {
            switch $0.lowercased() {
            case "1", "true", "yes", "on": true
            case "0", "false", "no", "off", "": false
            default: nil
            }
        } ?? false
    }

    /// Reads a duration such as `20s`, `5m` or `2h`, as milliseconds.
    package mutating func duration(_ name: String) -> Milliseconds? {
        value(name, wanted: "a time such as 500ms, 20s, 5m or 2h", parse: Self.duration)
    }

    /// The same within bounds, which are told in seconds.
    package mutating func duration(
        _ name: String, in range: ClosedRange<Milliseconds>
    ) -> Milliseconds? {
        let (least, most) = (range.lowerBound.rawValue / 1_000, range.upperBound.rawValue / 1_000)
        return value(name, wanted: "a time from \(least)s to \(most)s, such as 60s or 5m") { text in
            Self.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    private static func duration(_ text: String) -> Milliseconds? {
        let units: [(String, Int64)] = [
            ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
        ]
        for (unit, milliseconds) in units where text.hasSuffix(unit) {
            guard let count = Int64(text.dropLast(unit.count)), count >= 0,
                count <= Limits.maintenanceMax.rawValue / milliseconds
            else { continue }
            return Milliseconds(rawValue: count * milliseconds)
        }
        return nil
    }

    /// Notes a mistake that shows only when settings are seen together.
    package mutating func complain(_ problem: String) { problems.append(problem) }

    /// Throws all mistakes, in the order of asking.
    package func finish() throws(SettingsError) {
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
    }

    /// The flag or the variable that gives a setting, and its text.
    private func find(_ name: String) -> (source: String, text: String)? {
        if let text = flags[name] { return ("--\(name)", text) }
        let variable = Self.variable(name)
        if let text = environment[variable] { return (variable, text) }
        return nil
    }
}
