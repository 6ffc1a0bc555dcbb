/// A length of time in whole milliseconds; may be negative.
package struct Milliseconds: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let zero = Milliseconds(rawValue: 0)

    package static func seconds(_ count: Int64) -> Milliseconds {
        Milliseconds(rawValue: count &* 1000)
    }

    package static func minutes(_ count: Int64) -> Milliseconds { seconds(count &* 60) }

    package static func hours(_ count: Int64) -> Milliseconds { minutes(count &* 60) }

    /// The same length in seconds, for formulas and outputs.
    package var seconds: Double { Double(rawValue) / 1000 }

    package static func + (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(rawValue: left.rawValue &+ right.rawValue)
    }

    package static func - (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(rawValue: left.rawValue &- right.rawValue)
    }

    package static func * (count: Int64, span: Milliseconds) -> Milliseconds {
        Milliseconds(rawValue: count &* span.rawValue)
    }
}

extension Milliseconds: Comparable {
    package static func < (left: Milliseconds, right: Milliseconds) -> Bool {
        left.rawValue < right.rawValue
    }
}
