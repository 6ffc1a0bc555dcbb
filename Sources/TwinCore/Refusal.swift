/// Why a request was not carried out: a typed code and a sentence with what was wanted, what was
/// found and where.
package struct Refusal: Error, Equatable, Sendable {
    /// The refusals of protocol version 1; the raw value is the word on the wire.
    package enum Code: String, Sendable, CaseIterable, Codable {
        case unknownAddress = "unknown-address"
        case unavailable
        case overloaded
        case invalid
        case conflict
        case tooLarge = "too-large"
        case expired
        case notOwner = "not-owner"
        case unsupportedVersion = "unsupported-version"
        case unauthorized
        case quarantined
        case storageFailed = "storage-failed"

        /// True when the same request may succeed later without a change by the sender.
        package var isWorthRetrying: Bool {
            switch self {
            case .overloaded, .expired, .notOwner, .unavailable: true
            case .unknownAddress, .invalid, .conflict, .tooLarge, .unsupportedVersion,
                .unauthorized, .quarantined, .storageFailed:
                false
            }
        }
    }

    package let code: Code
    package let message: String
    package let address: String?
    package let found: String?
    package let wanted: String?
    package let hint: String?

    package init(
        _ code: Code, _ message: String, address: String? = nil, found: String? = nil,
        wanted: String? = nil, hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.address = address
        self.found = found
        self.wanted = wanted
        self.hint = hint
    }
}

extension Refusal: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
