/// TCP segments sent again as a share of those sent, from `proc/net/snmp`.
struct TcpCollector: HostCollector {
    private static let file = "proc/net/snmp"
    private static let linePrefix = "Tcp:"

    func collect(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.file) else { return }
        let rows = text.lines.filter { $0.hasPrefix(Self.linePrefix) }.map(\.fields)
        guard rows.count == 2, let sent = Self.value(of: "OutSegs", in: rows),
            let again = Self.value(of: "RetransSegs", in: rows)
        else {
            scrape.problems.note(
                Self.file, wanted: "two Tcp: lines with OutSegs and RetransSegs",
                found: text.lines.first { $0.hasPrefix(Self.linePrefix) } ?? "no Tcp: line")
            return
        }
        let sentGrown = scrape.rates.increase(of: "tcp sent", to: sent)
        let againGrown = scrape.rates.increase(of: "tcp again", to: again)
        var ratio: Double?
        if let sentGrown, let againGrown, sentGrown > 0 {
            ratio = min(Double(againGrown) / Double(sentGrown), 1)
        }
        scrape.set(.tcpRetransmitRatio, to: ratio)
    }

    /// The first row has the names, the second the values.
    private static func value(of name: Substring, in rows: [[Substring]]) -> UInt64? {
        guard let index = rows[0].firstIndex(of: name), index < rows[1].count else { return nil }
        return UInt64(rows[1][index])
    }
}
