package import TwinCore

extension AlertID {
    /// Parses `TIER#SHARD:EPOCH:SEQUENCE`; throws what was found instead.
    package init(_ text: some StringProtocol) throws(AddressError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, case .shard(let shard) = try Destination(parts[0]),
            let epoch = UInt32(parts[1]), let sequence = UInt64(parts[2])
        else { throw .wrongForm(found: String(text)) }
        self.init(shard: shard, epoch: Epoch(rawValue: epoch), sequence: sequence)
    }
}
