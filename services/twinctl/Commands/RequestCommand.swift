import ArgumentParser
import Msgpack
import TwinClient
import TwinCore
import TwinWire

/// `twinctl request`: any message of Protocol.md, for what no other command does.
struct RequestCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Send any protocol message",
        discussion: """
            The payload is typed as JSON and sent as msgpack; the answer is printed as JSON. \
            Example: twinctl request broker Ping
            """)

    @Argument(help: "tier/KEY, tier#SHARD, tier@INSTANCE or broker.")
    var address: String

    @Argument(help: "The message type, such as GetServer.")
    var type: String

    @Argument(help: "The payload (default: {}).")
    var json = "{}"

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        guard let type = MessageType(rawValue: type), !type.isForServicesOnly, type != .refused
        else {
            let types = MessageType.allCases.filter { !$0.isForServicesOnly && $0 != .refused }
            throw .usage(
                message: "a client sends no message of type \"\(type)\"; wanted one of "
                    + types.map(\.rawValue).joined(separator: ", "),
                hint: nil)
        }
        let payload: MsgpackValue
        do throws(JSONError) {
            payload = try JSONReader.value(of: json)
        } catch {
            throw .usage(message: "\(error)", hint: nil)
        }
        let reply = try session.connection.request(
            ClientRequest(
                try Naming.destination(address), type, payload: payload.packed(),
                terms: session.terms))
        do throws(MsgpackError) {
            let answer = try MsgpackValue(
                unpacking: reply.payload.span, limits: MsgpackLimits(itemsMax: .max))
            session.output.answer(JSONText.text(of: answer))
        } catch {
            throw .badAnswer(destination: address, type: type, reason: "\(error)")
        }
        return .ok
    }
}
