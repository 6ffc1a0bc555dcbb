/// Drops and errors as a share of packets, in and out, of the worst interface, from `proc/net/dev`,
/// and whether a link that should be up has lost its carrier.
///
/// Virtual interfaces and bonds are left out: a bond's counters are the sum of its members', which
/// are judged one by one. A link should be up if its interface is switched on and either belongs to
/// a bond or has had a carrier since its driver was loaded: unused ports are no fault.
struct NetworkCollector: HostCollector {
    private static let file = "proc/net/dev"
    private static let folder = "sys/class/net"
    private static let virtualPrefixes = [
        "br-", "cali", "cilium", "cni", "docker", "dummy", "flannel", "gre", "gretap", "erspan",
        "ifb", "ip6tnl", "kube", "lxc", "lxdbr", "nodelocaldns", "ovs-", "podman", "sit", "tap",
        "tun", "tunl", "veth", "virbr", "vnet", "vxlan", "wg",
    ]
    /// Numbers after the name: eight received, eight sent.
    private static let numbers = 16
    private static let flagUp: UInt64 = 1

    func collect(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.file) else { return }
        var dropped = Worst(.highest, harmless: 0)
        var errors = Worst(.highest, harmless: 0)
        var link = Worst(.lowest, harmless: 1)
        var found = false
        for line in text.lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = String(line[..<colon].trimmed)
            guard isPhysical(name, in: scrape.root),
                let numbers = scrape.numbers(
                    in: line[line.index(after: colon)...], of: Self.file, from: 0,
                    count: Self.numbers)
            else { continue }
            found = true
            let shares = shares(name, numbers, &scrape.rates)
            dropped.consider(shares?.dropped, of: name)
            errors.consider(shares?.errors, of: name)
            link.consider(carrier(name, &scrape), of: name)
        }
        guard found else { return }
        scrape.set(.networkDropped, to: dropped)
        scrape.set(.networkErrors, to: errors)
        if link.value != nil { scrape.set(.networkLinkUp, to: link) }
    }

    private func shares(
        _ name: String, _ numbers: [UInt64], _ rates: inout CounterRates
    ) -> (dropped: Double, errors: Double)? {
        /// Sum of received and sent: the same column of both halves.
        func grown(_ kind: String, column: Int) -> Double? {
            let sent = column + Self.numbers / 2
            let received = rates.increase(of: "net \(name) in \(kind)", to: numbers[column])
            let transmitted = rates.increase(of: "net \(name) out \(kind)", to: numbers[sent])
            guard let received, let transmitted else { return nil }
            return Double(received) + Double(transmitted)
        }
        let packets = grown("packets", column: 1)
        let errors = grown("errors", column: 2)
        let drops = grown("drops", column: 3)
        guard let packets, let errors, let drops, packets + errors + drops > 0 else { return nil }
        return (Self.share(drops, of: packets), Self.share(errors, of: packets))
    }

    /// Some drivers count what they drop beside the packets, so that a share may exceed 1.
    private static func share(_ part: Double, of packets: Double) -> Double {
        part >= packets ? (part > 0 ? 1 : 0) : part / packets
    }

    private func isPhysical(_ name: String, in root: HostRoot) -> Bool {
        guard name != "lo", !Self.virtualPrefixes.contains(where: { name.hasPrefix($0) }) else {
            return false
        }
        return !root.contains("\(Self.folder)/\(name)/bonding")
    }

    /// 1 or 0, nil if nobody expects a link there or the kernel does not say.
    private func carrier(_ name: String, _ scrape: inout Scrape) -> Double? {
        let folder = "\(Self.folder)/\(name)"
        guard let carrier = scrape.number(in: "\(folder)/carrier") else { return nil }
        if let flags = flags(folder, &scrape), flags & Self.flagUp == 0 { return nil }
        let isBonded = scrape.root.contains("\(folder)/bonding_slave")
        if carrier == 0 && !isBonded, scrape.number(in: "\(folder)/carrier_up_count") == 0 {
            return nil
        }
        return carrier == 0 ? 0 : 1
    }

    private func flags(_ folder: String, _ scrape: inout Scrape) -> UInt64? {
        let file = "\(folder)/flags"
        guard let text = scrape.root.text(of: file)?.trimmed else { return nil }
        guard let flags = UInt64(text.dropFirst("0x".count), radix: 16) else {
            scrape.problems.note(file, wanted: "0x and hexadecimal digits", found: text)
            return nil
        }
        return flags
    }
}
