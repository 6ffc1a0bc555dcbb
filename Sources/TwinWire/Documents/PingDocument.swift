/// The answer to `ping`: the round trip to the broker or to a twin's owner.
package struct PingDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    /// What was asked: a destination such as `server/dc1-r07-s12` or `broker`.
    package var address: String
    /// Who answered; null for the broker.
    @Null package var instance: String?
    /// The epoch of the address' shard; null for the broker.
    @Null package var epoch: UInt32?
    package var `protocol`: Int
    package var roundTripMilliseconds: Double

    package init(
        address: String, instance: String? = nil, epoch: UInt32? = nil, `protocol`: Int,
        roundTripMilliseconds: Double
    ) {
        self.address = address
        self.instance = instance
        self.epoch = epoch
        self.protocol = `protocol`
        self.roundTripMilliseconds = roundTripMilliseconds
    }
}
