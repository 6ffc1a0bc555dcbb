/// What is wrong with a `--fault`: its text and the part that cannot be used.
package struct FaultSpecError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case form
        case kind(found: String)
        case noTarget(FaultKind)
        case time(part: String, found: String)
        /// The target is not in the data center; `known` lists or spans what is.
        case target(FaultKind, found: String, known: String)
    }

    package let text: String
    package let reason: Reason

    package init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension FaultSpecError: CustomStringConvertible {
    package var description: String {
        "--fault \(text): \(sentence)"
    }

    private var sentence: String {
        switch reason {
        case .form:
            "wanted KIND:TARGET@START+DURATION, for example tor:dc1-r07@30s+120s"
        case .kind(let found):
            "wanted a kind of "
                + FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
                + "; found \"\(found)\""
        case .noTarget(let kind):
            "wanted \(kind.targetNoun) between \":\" and \"@\", found nothing"
        case .time(let part, let found):
            "\(part): wanted a whole number with ms, s, m or h, at most a year"
                + (part == "DURATION" ? " and not zero" : "") + "; found \"\(found)\""
        case .target(let kind, let found, let known):
            "\(kind.rawValue) wants \(kind.targetNoun) (\(known)); found \"\(found)\""
        }
    }
}
