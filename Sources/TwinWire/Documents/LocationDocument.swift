package import TwinCore

/// Where a twin stands, as far as it is known.
package struct LocationDocument: Codable, Equatable, Sendable {
    @Null package var dc: String?
    @Null package var row: String?
    @Null package var rack: String?
    @Null package var slot: String?

    package init(
        dc: String? = nil, row: String? = nil, rack: String? = nil, slot: String? = nil
    ) {
        self.dc = dc
        self.row = row
        self.rack = rack
        self.slot = slot
    }

    package init(_ location: TwinLocation) {
        self.init(
            dc: location.dc, row: location.row, rack: location.rack, slot: location.slot)
    }
}
