/// Lets the global options stand before the command too: `twinctl --json status`.
enum GlobalArguments {
    /// The arguments with leading global options moved behind the command they belong to.
    static func afterCommand(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            let name = String(first.prefix { $0 != "=" })
            guard let values = GlobalOptions.valueCountByName[name] else { break }
            let count = first.contains("=") ? 1 : 1 + values
            leading += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard !leading.isEmpty, !rest.isEmpty else { return arguments }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + leading + Array(rest[end...])
    }
}
