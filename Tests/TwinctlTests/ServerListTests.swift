import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("Lists of servers")
struct ServerListTests {
    private func read(_ text: String, dc: String? = nil) throws -> [String] {
        let key = try dc.map { try TwinKey($0) }
        return try ServerList(text: text, file: "f", dc: key).entries.map { entry in
            let labels = (entry.request.labels ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: ";")
            let interval = entry.request.intervalSeconds.map { " \($0)" } ?? ""
            return "\(entry.line) \(entry.address) \(entry.request.dc)/\(entry.request.rack) "
                + "\(labels)\(interval)"
        }
    }

    @Test("commas, tabs, blanks and JSON lines say the same")
    func forms() throws {
        let lines = [
            "s1,r1,dc1,feed=A,zone=z1", "s1\tr1\tdc1\tfeed=A\tzone=z1", "s1 r1 dc1 feed=A zone=z1",
            #"{"key":"s1","rack":"r1","dc":"dc1","labels":{"feed":"A","zone":"z1"}}"#,
            #"server/s1, r1 , dc1, "feed=A", zone=z1"#,
        ]
        for line in lines {
            #expect(try read(line) == ["1 server/s1 dc1/r1 feed=A;zone=z1"], "\(line)")
        }
    }

    @Test("headers, comments and empty lines do not count, line numbers do")
    func skipped() throws {
        let text = "key,rack,dc\n\n# ours\ns1,r1,dc1\r\n  s2,r1,,model=\"x,\"\"1\"\"\"\n"
        #expect(
            try read(text, dc: "dc9") == [
                "4 server/s1 dc1/r1 ", #"5 server/s2 dc9/r1 model=x,"1""#,
            ])
        #expect(try read("s1 r1 feed=A", dc: "dc1") == ["1 server/s1 dc1/r1 feed=A"])
        #expect(
            try read(#"{"key":"s1","rack":"r1","intervalSeconds":30}"#, dc: "dc1")
                == ["1 server/s1 dc1/r1  30.0"])
    }

    @Test("all mistakes are told together, with their lines, and nothing is half read")
    func mistakes() {
        let text = "s1,r1,dc1\ns1,r1,dc1\nbad key!,r1,dc1\ns2\ns3,r1,dc1,feed\n{\"key\":1}\ns4,r1"
        #expect {
            try read(text)
        } throws: { error in
            guard let error = error as? ClientError else { return false }
            let message = error.document.error.message
            return error.exitStatus == .usage
                && message.hasPrefix("--file f: 6 of its lines are wrong, nothing was sent")
                && message.contains("line 2: server/s1 stands in line 1 already")
                && message.contains("line 4: wanted key and rack at least")
                && message.contains("line 7: names no data center")
        }
        #expect(throws: ClientError.self) { try read("# nothing\n") }
    }

    @Test("a decommission reads the first column of the same file")
    func addresses() throws {
        let text = "key,rack\ns1,r1,dc1\n{\"key\":\"s2\"}\ns3\n"
        #expect(
            try ServerList.addresses(text: text, file: "f").map(\.description)
                == ["server/s1", "server/s2", "server/s3"])
    }

    @Test("the difference names what is new, moved, relabelled and no longer listed")
    func plan() throws {
        let list = try ServerList(
            text: "s1 r1 dc1\ns2 r2 dc1\ns3 r1 dc1 feed=A\ns4 r1 dc1", file: "f", dc: nil)
        let present = [("s2", "r1", "dc1"), ("s3", "r1", "dc1"), ("s4", "r1", "dc1"),
            ("s5", "r1", "dc1"), ("s6", "r1", "dc2")
        ].map { key, rack, dc in
            ListDocument.Item(
                address: "server/\(key)", key: key, status: "healthy", dc: dc, rack: rack,
                incidents: [])
        }
        var same: [ServerList.Entry] = []
        var plan = CommissionPlan(list, present: present, sameplace: &same)
        #expect(same.map(\.address.key.description) == ["s3", "s4"])
        plan.compare(same[0], labels: ["feed": "B"])
        plan.compare(same[1], labels: [:])
        #expect(
            plan.text(prunes: true) == """
                + s1  dc1/r1
                ~ s2  dc1/r1 → dc1/r2
                ~ s3  feed=B → A
                - s5  dc1/r1
                1 new, 1 moved, 1 relabelled, 1 unchanged, 1 taken out
                """)
    }
}
