internal import TwinCore

/// Why a series cannot be given to a server twin.
package enum ReplayError: Error, Equatable, Sendable {
    /// The metric names are too many or not unique.
    case metrics(found: Int)
}

extension ReplayError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .metrics(let found):
            "wanted at most \(Limits.metricsPerServerMax) different metrics, found \(found)"
        }
    }
}
