import TwinClient
import TwinCore
import TwinWire

/// A test's connection to a cluster, patient enough to outlive restarts.
final class Client {
    private var connection: Connection

    /// Above what any restart takes.
    static let patient = RetryTerms(
        timeout: .seconds(20), attemptTimeout: .seconds(2), waitsForOwner: true)

    init(_ endpoint: String) throws { connection = try Connection(to: endpoint) }

    func ask<Answer: Decodable>(
        _ destination: Destination, _ type: MessageType, for answer: Answer.Type,
        terms: RetryTerms = patient
    ) throws -> Answer {
        try connection.request(ClientRequest(destination, type, terms: terms)).decode(answer)
    }

    func ask<Answer: Decodable>(
        _ destination: Destination, _ type: MessageType, _ payload: some Encodable,
        for answer: Answer.Type, terms: RetryTerms = patient
    ) throws(ClientError) -> Answer {
        try connection.ask(destination, type, payload, for: answer, terms: terms)
    }

    func status() throws -> StatusDocument {
        try ask(.broker, .clusterStatus, for: StatusDocument.self)
    }

    func server(_ key: TwinKey) throws -> ServerDocument {
        try ask(
            .twin(TwinAddress(tier: .server, key: key)), .getServer, for: ServerDocument.self)
    }

    func unhealthyRacks(_ dc: TwinKey) throws -> UnhealthyRacksDocument {
        try ask(
            .twin(TwinAddress(tier: .dc, key: dc)), .getUnhealthyRacks, UnhealthyRacksRequest(),
            for: UnhealthyRacksDocument.self)
    }

    /// All server twins; throws while an instance does not answer.
    func servers(terms: RetryTerms = patient) throws -> [ListDocument.Item] {
        let list = try connection.gather(
            .server, .listTwins, ListRequest(), as: ListDocument.self, limit: nil, terms: terms)
        if let failure = list.failures.first { throw failure.error }
        return list.items
    }

    /// The whole alert log; throws while an instance does not answer.
    func alerts() throws -> [AlertDocument] {
        var follower = AlertFollower(from: ReaderCursor(), since: nil)
        let batch = try follower.readToEnd(over: &connection, terms: Self.patient)
        if let away = batch.away.first { throw away.error }
        return batch.alerts
    }

    /// The windows of one twin, planned and running.
    func maintenance(of tier: Tier, _ address: String) throws -> [MaintenanceDocument] {
        let list = try connection.gather(
            tier, .listMaintenance, ListRequest(), as: MaintenanceListDocument.self, limit: nil,
            terms: Self.patient)
        if let failure = list.failures.first { throw failure.error }
        return list.items.filter { $0.address == address }
    }

    /// Sends commissions, many at a time; throws the first refusal.
    func commission(_ requests: [(key: TwinKey, request: CommissionRequest)]) throws {
        let messages = requests.map { entry in
            ClientRequest(
                .twin(TwinAddress(tier: .server, key: entry.key)), .commission, entry.request,
                terms: Self.patient)
        }
        var failure: ClientError?
        try connection.requestAll(messages) { _, result in
            if case .failure(let error) = result { failure = error }
        }
        if let failure { throw failure }
    }
}
