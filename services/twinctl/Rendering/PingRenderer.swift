package import TwinWire

/// `twinctl ping`: who answered and how fast, in one line.
package enum PingRenderer {
    package static func text(_ document: PingDocument) -> String {
        let time = HumanNumbers.seconds(document.roundTripMilliseconds / 1_000)
        var who = ""
        if let instance = document.instance { who += "\(instance), " }
        if let epoch = document.epoch { who += "epoch \(epoch), " }
        return "\(document.address): \(who)protocol \(document.protocol), \(time)"
    }
}
