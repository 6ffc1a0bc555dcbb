internal import TwinCore

/// Reports on their way that arrive after the moment they were taken, earliest first.
///
/// A binary heap: O(log n) to add and to take. Holds places in the schedule, not values, so a
/// building's buffered quarter of an hour costs 32 bytes a report.
struct DeliveryQueue {
    /// One report to come: the `number`-th of its server.
    struct Entry {
        let due: Milliseconds
        let server: Int
        let number: Int64
        let flags: ReportFlags

        /// Ties are broken by server and number, so that the order never depends on the heap.
        func precedes(_ other: Entry) -> Bool {
            (due.rawValue, server, number) < (other.due.rawValue, other.server, other.number)
        }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func add(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest entry out; nil when the queue is empty.
    mutating func removeFirst() -> Entry? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else { return last }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return first }
            let right = left + 1
            let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
            guard heap[child].precedes(heap[parent]) else { return first }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
