/// How the kernel's text files are taken apart.
extension StringProtocol {
    /// Non-empty lines.
    var lines: [SubSequence] { split(separator: "\n") }

    /// What stands between blanks and tabs.
    var fields: [SubSequence] { split { $0 == " " || $0 == "\t" } }

    /// Without white space at both ends.
    var trimmed: SubSequence {
        let blanks = drop { $0.isWhitespace }
        guard let last = blanks.lastIndex(where: { !$0.isWhitespace }) else {
            return blanks[blanks.endIndex...]
        }
        return blanks[...last]
    }

    /// Whether this is `prefix` and then one or more digits, as `cpu12` is.
    func isNumbered(_ prefix: String) -> Bool {
        hasPrefix(prefix) && count > prefix.count && dropFirst(prefix.count).allSatisfy(\.isDigit)
    }

    /// The text up to the limit of a report's device name, in whole characters.
    func limited(toBytes limit: Int) -> String {
        var kept = String(self)
        while kept.utf8.count > limit { kept.removeLast() }
        return kept
    }
}

extension Character {
    var isDigit: Bool { ("0"..."9").contains(self) }
}
