/// The one queue of everything that will happen, by virtual time; equal times in the order in which
/// they were planned, so that a run is the same every time.
struct Scheduler {
    private struct Entry {
        let at: Int64
        let order: UInt64
        let event: WorldEvent
    }

    /// Milliseconds since the run began.
    private(set) var now: Int64 = 0
    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    /// Plans an event; one in the past happens now.
    mutating func plan(_ event: WorldEvent, at time: Int64) {
        planned += 1
        heap.append(Entry(at: max(now, time), order: planned, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the next event and moves the time to it; nil when nothing is planned.
    mutating func next() -> WorldEvent? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        now = first.at
        return first.event
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && isBefore(right, left) ? right : left
            guard isBefore(child, parent) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].at, heap[left].order) < (heap[right].at, heap[right].order)
    }
}
