import ArgumentParser
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("What is told when a command fails")
struct RefusalTextTests {
    /// An error, its exit code and its text, whole.
    struct Row: Sendable, CustomTestStringConvertible {
        let error: ClientError
        let status: Int32
        let text: String

        var testDescription: String { text }
    }

    private static func refusal(
        _ code: Refusal.Code, _ status: Int32, _ message: String, retries: Bool = false
    ) -> Row {
        Row(
            error: .refused(
                Refusal(
                    code, message, address: "server/s1", found: "what is",
                    wanted: "what should be", hint: "twinctl list unknown")),
            status: status,
            text: "twinctl: \(code.rawValue): \(message)\n"
                + "  found     what is\n"
                + "  wanted    what should be\n"
                + (retries ? "  The same command may be repeated.\n" : "")
                + "→ twinctl list unknown")
    }

    static let rows: [Row] = [
        refusal(.unknownAddress, 1, "server/s1 is not commissioned"),
        refusal(.invalid, 1, "Report payload: wanted a map, found nil, at offset 0"),
        refusal(.conflict, 1, "server/s1 is at generation 7"),
        refusal(.tooLarge, 1, "metrics: wanted at most 64, found 65"),
        refusal(.unsupportedVersion, 1, "envelope: protocol version 2 is not spoken here"),
        refusal(.unauthorized, 1, "server/s1 is labelled simulated=true"),
        refusal(.quarantined, 1, "this message made server/s1 fail twice"),
        refusal(.unavailable, 69, "server-a owns server#12 and is gone", retries: true),
        refusal(.overloaded, 75, "server-a takes no more", retries: true),
        refusal(.expired, 75, "the time of the request was over", retries: true),
        refusal(.notOwner, 75, "server-a does not own server#12", retries: true),
        refusal(.storageFailed, 74, "server-a cannot write its journal"),
        Row(
            error: .nobodyAnswers(endpoint: "tcp://127.0.0.1:7700", seconds: 5), status: 69,
            text: """
                twinctl: unavailable: nobody answers at tcp://127.0.0.1:7700 within 5 s; nothing \
                was done
                  found     no connection
                  wanted    a twin-broker at tcp://127.0.0.1:7700
                  The same command may be repeated.
                → start it with compose/up, or name another with --broker
                """),
        Row(
            error: .outcomeUnknown(
                destination: "server/s1", type: .commission, seconds: 2.5, attempts: 2),
            status: 75,
            text: """
                twinctl: timeout: server/s1 did not answer Commission within 2.5 s; sent 2 times, \
                it may or may not have been done
                  found     no answer
                  wanted    an answer
                  The same command may be repeated.
                → repeat the command: doing it twice is doing it once
                """),
        Row(
            error: .badEndpoint(endpoint: "tcp:/x", reason: "Invalid argument"), status: 64,
            text: """
                twinctl: usage: --broker tcp:/x: Invalid argument
                  found     tcp:/x
                  wanted    an endpoint such as tcp://127.0.0.1:7700
                """),
        Row(
            error: .usage(message: "get rack: wanted a key", hint: "twinctl list rack"),
            status: 64,
            text: """
                twinctl: usage: get rack: wanted a key
                → twinctl list rack
                """),
        Row(
            error: .badAnswer(destination: "broker", type: .ping, reason: "wanted a map"),
            status: 70,
            text: """
                twinctl: internal: the answer of broker to Ping cannot be read: wanted a map
                → compare the versions: twinctl --version, twinctl status
                """),
        Row(
            error: .system("open socket: Too many open files (errno 24)"), status: 70,
            text: "twinctl: internal: open socket: Too many open files (errno 24)"),
        Row(
            error: .interrupted, status: 130,
            text: """
                twinctl: interrupted: interrupted before the answer came
                  The same command may be repeated.
                """),
    ]

    @Test("every failure has its text and its exit code", arguments: rows)
    func texts(_ row: Row) {
        #expect(row.error.exitStatus.rawValue == row.status)
        let context = RenderContext(now: Timestamp(milliseconds: 0))
        #expect(ErrorRenderer.text(row.error.document, context) == row.text)
    }

    @Test("every refusal of the protocol is in the table")
    func complete() {
        let codes = Self.rows.compactMap { row in
            if case .refused(let refusal) = row.error { refusal.code } else { nil }
        }
        #expect(Set(codes) == Set(Refusal.Code.allCases))
    }

    @Test("with --json an error is one object on stderr, and stdout stays empty")
    func json() throws {
        let told = Told()
        let options = try GlobalOptions.parse(["--json"])
        ErrorOutput(options: options, output: told.output, environment: [:])
            .tell(ClientError.refused(Refusal(.conflict, "no")).document)
        #expect(told.answers.isEmpty)
        #expect(
            told.notes == [
                #"{"version":1,"error":{"code":"conflict","message":"no","address":null,"#
                    + #""found":null,"wanted":null,"retry":false,"hint":null}}"#
            ])
    }
}

/// Collects what a command says.
final class Told {
    private(set) var answers: [String] = []
    private(set) var notes: [String] = []

    var output: Output {
        Output(
            answer: { self.answers.append($0) }, note: { self.notes.append($0) },
            answersToTerminal: false, notesToTerminal: false)
    }
}
