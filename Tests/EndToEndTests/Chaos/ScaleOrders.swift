import Synchronization

/// What the operators of a chaos run want of the processes; the injector alone starts and stops
/// them, because it must know whether an end was wanted.
final class ScaleOrders: Sendable {
    enum Order: Sendable {
        case start
        /// SIGTERM; the process is not started again until somebody says so.
        case stop
    }

    private let open = Mutex<[Member: Order]>([:])

    func give(_ order: Order, to member: Member) { open.withLock { $0[member] = order } }

    func isOpen(_ member: Member) -> Bool { open.withLock { $0[member] != nil } }

    var all: [Member: Order] { open.withLock { $0 } }

    func done(_ member: Member) { open.withLock { $0[member] = nil } }
}
