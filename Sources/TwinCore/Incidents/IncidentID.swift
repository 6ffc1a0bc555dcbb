/// The name of one incident: its twin's address and the twin's own counter, `rack/dc1-r07:12`.
///
/// Never used twice, also not by a twin that is removed and commissioned again.
package struct IncidentID: Hashable, Sendable {
    package let address: TwinAddress
    package let number: UInt32

    package init(address: TwinAddress, number: UInt32) {
        self.address = address
        self.number = number
    }

    /// Parses `tier/key:number`; throws what was found instead.
    package init(_ text: some StringProtocol) throws(AddressError) {
        guard let colon = text.lastIndex(of: ":"),
            let number = UInt32(text[text.index(after: colon)...])
        else { throw .wrongForm(found: String(text)) }
        self.init(address: try TwinAddress(text[..<colon]), number: number)
    }
}

extension IncidentID: Comparable {
    package static func < (left: IncidentID, right: IncidentID) -> Bool {
        (left.address, left.number) < (right.address, right.number)
    }
}

extension IncidentID: CustomStringConvertible {
    package var description: String { "\(address):\(number)" }
}

extension IncidentID: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
