import Foundation
import TwinClient
import TwinCore
import TwinWire

/// What a client knows of its request in the end.
enum Attempt<Answer> {
    case ok(Answer)
    case refused(Refusal)
    /// It may have been done, or may still be.
    case unknown
}

/// The payload of a question that needs none.
struct NoContent: Encodable {}

/// One client's connection whose every operation goes into the history.
final class ChaosCaller {
    let name: String
    let history: History
    private var connection: Connection

    /// Longer than any fault lasts, so that most operations end with an answer.
    private static let terms = RetryTerms(
        timeout: .seconds(15), attemptTimeout: .seconds(1), waitsForOwner: true)
    /// The wait between attempts of what must be done.
    private static let pause = 0.1
    private static let insistFor: Int64 = 90_000

    init(_ name: String, _ endpoint: String, _ history: History) throws {
        self.name = name
        self.history = history
        connection = try Connection(to: endpoint)
    }

    /// Asks once, as a client does that gives up in the end.
    func attempt<Answer: Decodable>(
        _ address: TwinAddress, _ type: MessageType, _ payload: some Encodable,
        for answer: Answer.Type, note: String = "", tell: (Answer) -> String = { _ in "" }
    ) throws -> Attempt<Answer> {
        let began = history.now
        let attempt: Attempt<Answer>
        let end: History.End
        var told = ""
        do throws(ClientError) {
            let document = try connection.ask(
                .twin(address), type, payload, for: answer, terms: Self.terms)
            told = tell(document)
            attempt = .ok(document)
            end = .ok
        } catch {
            switch error {
            case .refused(let refusal):
                told = refusal.message
                attempt = .refused(refusal)
                end = .refused(refusal.code.rawValue)
            case .nobodyAnswers, .outcomeUnknown:
                attempt = .unknown
                end = .unknown
            case .badEndpoint, .usage, .badAnswer, .system, .interrupted: throw error
            }
        }
        history.add(
            History.Operation(
                client: name, what: "\(type.rawValue) \(note)", address: address.description,
                began: began, ended: history.now, end: end, answer: told))
        return attempt
    }

    /// Asks until it is answered `ok`, as a client does that has to. Refusals other than those that
    /// time or an operator's new disk cures are an error.
    func insist<Answer: Decodable>(
        _ address: TwinAddress, _ type: MessageType, _ payload: some Encodable,
        for answer: Answer.Type, note: String = "", tell: (Answer) -> String = { _ in "" }
    ) throws -> Answer {
        let deadline = history.now + Self.insistFor
        while history.now < deadline {
            switch try self.attempt(address, type, payload, for: answer, note: note, tell: tell) {
            case .ok(let document): return document
            case .refused(let refusal)
            where !refusal.code.isWorthRetrying && refusal.code != .storageFailed:
                throw HarnessError(
                    "\(name): \(type.rawValue) \(note) to \(address) was refused: "
                        + "\(refusal.code.rawValue): \(refusal.message)\n"
                        + history.excerpt(about: address.description))
            case .refused, .unknown: Thread.sleep(forTimeInterval: Self.pause)
            }
        }
        throw HarnessError("\(name): no ok for \(type.rawValue) to \(address) within 90 s")
    }

    /// A server as its owner knows it; also checks that the answer is not older than what anybody
    /// had been told when it was asked. nil = no answer.
    func server(_ key: TwinKey) throws -> ServerDocument? {
        let address = TwinAddress(tier: .server, key: key)
        let before = history.newest(of: address.description)
        let attempt = try self.attempt(
            address, .getServer, NoContent(), for: ServerDocument.self
        ) { "generation \($0.generation) \($0.status) \($0.labels)" }
        guard case .ok(let server) = attempt else { return nil }
        history.told(
            address.description, epoch: server.owner.epoch, position: server.position,
            before: before, by: name)
        return server
    }
}
