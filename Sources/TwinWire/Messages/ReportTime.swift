package import TwinCore

/// A time as a report may state it.
package enum ReportTime: Equatable, Sendable, Codable {
    case text(RFC3339)
    case milliseconds(Int64)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .milliseconds(try container.decode(Int64.self))
        } catch {
            self = .text(try container.decode(RFC3339.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let time): try container.encode(time)
        case .milliseconds(let time): try container.encode(time)
        }
    }

    package var timestamp: Timestamp {
        switch self {
        case .text(let time): time.timestamp
        case .milliseconds(let time): Timestamp(milliseconds: time)
        }
    }
}
