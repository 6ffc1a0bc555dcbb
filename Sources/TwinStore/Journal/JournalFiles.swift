/// Which file of a journal's directory is what, by its name.
struct JournalFiles: Sendable {
    /// Sequence numbers of the live segments, ascending.
    private(set) var segments: [UInt64] = []
    /// Dropped segments that may be used again.
    private(set) var spares: [String] = []
    /// Segments whose making a crash interrupted.
    private(set) var leftovers: [String] = []

    private static let prefix = "journal-"
    private static let digits = 10

    /// Sorts `names`; others' files are ignored.
    init(_ names: [String]) {
        for name in names where name.hasPrefix(Self.prefix) {
            let parts = name.dropFirst(Self.prefix.count).split(separator: ".")
            guard parts.count == 2, let sequence = UInt64(parts[0]) else { continue }
            switch parts[1] {
            case "seg": segments.append(sequence)
            case "spare": spares.append(name)
            case "new": leftovers.append(name)
            default: continue
            }
        }
        segments.sort()
    }

    static func segment(_ sequence: UInt64) -> String { "\(prefix)\(padded(sequence)).seg" }
    static func spare(_ sequence: UInt64) -> String { "\(prefix)\(padded(sequence)).spare" }
    static func new(_ sequence: UInt64) -> String { "\(prefix)\(padded(sequence)).new" }

    private static func padded(_ sequence: UInt64) -> String {
        let text = String(sequence)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
