import Glibc
import TwinRuntime
import TwinStore

/// A process that ends abnormally on purpose: what the end-to-end tests look at afterwards.
///
/// `failing-instance hold FILE END` has an input in hand and ends so: a signal's number, `trap`
/// (an index out of range), `overflow` (no stack left), `thread` (another thread's SIGSEGV),
/// `released` (SIGABRT with nothing in hand) or `wait` (for whoever kills it). Anything else is the
/// command line of a service, whose twins trap on messages to keys that begin with `poison`.
@main
enum FailingInstance {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, arguments[1] == "hold" else {
            return await ServiceCommand<FailingService>.launch()
        }
        try hold(arguments[2], arguments[3])
    }

    private static func hold(_ path: String, _ end: String) throws {
        let inHand = try InHand(path: path)
        try inHand.watch()
        let destination = Array("server@server-a".utf8)
        let key = Array("s1".utf8)
        inHand.hold(message: destination.span, digest: 1)
        inHand.hold(input: key.span, digest: 42)
        switch end {
        case "trap": print(key[end.utf8.count])
        case "overflow": print(depth(of: 1, below: .max))
        case "thread":
            let thread = DedicatedThread(name: "other") { raise(SIGSEGV) }
            withExtendedLifetime(thread) { _ = pause() }
        case "released":
            inHand.release()
            abort()
        case "wait":
            print("held")
            fflush(nil)
            while true { _ = pause() }
        default:
            if let signal = Int32(end) { raise(signal) }
        }
        withExtendedLifetime(inHand) {}
    }

    /// Needs more stack than there is: what follows the deeper call keeps it from being a loop.
    @inline(never)
    private static func depth(of depth: Int, below limit: Int) -> Int {
        guard depth < limit else { return depth }
        let deeper = Self.depth(of: depth + 1, below: limit)
        return deeper &* 31 ^ depth
    }
}
