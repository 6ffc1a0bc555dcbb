import CPlatform
import Dispatch
import Foundation
import Glibc
import Synchronization

/// The one thread that starts processes, for as long as the tests run.
///
/// A child ends with the thread that started it, so that nothing is left behind even when the test
/// process is killed; therefore that thread must not end before.
final class Spawner: Sendable {
    static let shared = Spawner()

    /// One process to start, and what came of it.
    private final class Order: Sendable {
        let command: [String]
        let environment: [String]
        let output: Int32
        let outcome = Mutex<(failure: Int32, pid: Int32)>((0, 0))
        let isDone = DispatchSemaphore(value: 0)

        init(_ command: [String], environment: [String], output: Int32) {
            self.command = command
            self.environment = environment
            self.output = output
        }

        func carryOut() {
            var pid: Int32 = 0
            let failure = unsafe CStrings.with(command) { arguments in
                unsafe CStrings.with(environment) { environment in
                    unsafe twin_spawn(
                        command[0], arguments, environment, output, TWIN_SPAWN_ENDS_WITH_PARENT,
                        &pid)
                }
            }
            let started = pid
            outcome.withLock { $0 = (failure, started) }
            isDone.signal()
        }
    }

    private let orders = Mutex<[Order]>([])
    private let isOrdered = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                isOrdered.wait()
                orders.withLock { $0.isEmpty ? nil : $0.removeFirst() }?.carryOut()
            }
        }
        thread.name = "spawner"
        thread.start()
    }

    /// Starts `command`, a path and its arguments, with both outputs at the end of the file `log`;
    /// returns its process id.
    func start(
        _ command: [String], environment: [String: String], log: String
    ) throws -> Int32 {
        let output = unsafe open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw HarnessError("\(log) cannot be opened: errno \(errno)") }
        defer { close(output) }
        let order = Order(
            command, environment: environment.map { "\($0.key)=\($0.value)" }.sorted(),
            output: output)
        orders.withLock { $0.append(order) }
        isOrdered.signal()
        order.isDone.wait()
        let (failure, pid) = order.outcome.withLock { $0 }
        guard failure == 0 else { throw HarnessError("\(command[0]): errno \(failure)") }
        return pid
    }
}

/// Null-terminated arrays of C strings, as `execve` wants them.
private enum CStrings {
    static func with<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe array[index] = unsafe strdup(string) }
        unsafe array[strings.count] = nil
        defer {
            for index in strings.indices { unsafe free(array[index]) }
            unsafe array.deallocate()
        }
        return unsafe body(array)
    }
}
