import Testing
import TwinCore
import TwinWire

/// The checker of the alert log finds what it is there to find.
@Suite("the checker of the alert log")
struct AlertCheckerTests {
    private static let server = "\(LifeClient.dc)-l1-s1"
    private static let silent = "chaos-r1"

    /// One life: opened with a page, resolved with a page.
    private static var life: LifeClient.Life {
        var life = LifeClient.Life(key: server)
        life.alerts.breaks()
        life.alerts.decommission()
        return life
    }

    private static func alert(
        _ id: Int, _ change: String, pages: Bool = true, of address: String = "server/\(server)",
        kind: IncidentKind = .filesystemReadonly, number: Int = 1
    ) -> AlertDocument {
        let time = RFC3339(Timestamp(milliseconds: 0))
        let incident = IncidentDocument(
            id: "\(address):\(number)", address: address, kind: kind.rawValue, candidates: [],
            severity: .critical, phase: "open", reopened: 0, flapping: false, mutedBy: [],
            pages: 1, since: time, updatedAt: time, summary: "", evidence: [], children: 0,
            racksAffected: 0, serversAffected: 1, serversTotal: 1, location: LocationDocument(),
            labels: [:], runbook: "")
        return AlertDocument(
            id: "server#1:1:\(id)", at: time, change: change, pages: pages, incident: incident,
            address: address)
    }

    private static let page = alert(
        9, "opened", of: "rack/\(silent)", kind: .rackUnreachable)

    private static func judged(_ log: [AlertDocument]) throws -> AlertChecker {
        var checker = AlertChecker(
            silentRack: try TwinKey(silent), silentServers: [], contested: [])
        checker.judge(log, lives: [life])
        return checker
    }

    @Test("the log of what happened is right")
    func right() throws {
        let checker = try Self.judged([
            Self.alert(1, "opened"), Self.alert(2, "resolved"), Self.page,
        ])
        #expect(checker.violations == [])
        #expect((checker.expected, checker.seen) == (3, 3))
    }

    @Test("a record that is missing is lost")
    func lost() throws {
        let checker = try Self.judged([Self.alert(1, "opened"), Self.page])
        #expect(checker.lost == 1)
        #expect(!checker.violations.isEmpty)
    }

    @Test("a record that came twice is doubled, whatever its number")
    func doubled() throws {
        let checker = try Self.judged([
            Self.alert(1, "opened"), Self.alert(2, "opened", number: 2),
            Self.alert(3, "resolved"), Self.page,
        ])
        #expect(checker.duplicated == 1)
        #expect(!checker.violations.isEmpty)
    }

    @Test("a close without an open is found")
    func neverOpened() throws {
        let checker = try Self.judged([
            Self.alert(1, "resolved"), Self.alert(2, "opened"), Self.page,
        ])
        #expect(checker.violations.contains { $0.contains("never opened") })
    }

    @Test("a server that never fell silent and is called missing is found")
    func blamed() throws {
        let blame = Self.alert(
            3, "opened", pages: false, of: "server/chaos-r2-s1", kind: .missingReport)
        let checker = try Self.judged([
            Self.alert(1, "opened"), Self.alert(2, "resolved"), Self.page, blame,
        ])
        #expect(checker.violations.contains { $0.contains("missing-report") })
    }

    @Test("a rack that fell silent and did not page is found")
    func noPage() throws {
        let checker = try Self.judged([Self.alert(1, "opened"), Self.alert(2, "resolved")])
        #expect(checker.lost == 1)
        #expect(checker.violations.contains { $0.contains("wanted one page") })
    }
}
