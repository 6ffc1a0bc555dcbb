/// How bad an incident is; ordered from `info` to `critical`.
package enum Severity: UInt8, Sendable, CaseIterable {
    case info = 0
    case warning = 1
    case error = 2
    case critical = 3

    /// The word in outputs and flags.
    package var name: String {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }

    /// Finds a severity by its word; nil for any other text.
    package init?(name: some StringProtocol) {
        guard let match = Severity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

extension Severity: Comparable {
    package static func < (left: Severity, right: Severity) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Severity: Codable {
    package init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let severity = Severity(name: name) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "wanted info, warning, error or critical, found \(name)"))
        }
        self = severity
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
