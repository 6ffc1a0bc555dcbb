/// The lazy timers of one shard: a binary heap of (time, slot), at most one armed entry a slot.
///
/// A twin that wants to be woken later than armed is simply woken too early and armed again, so a
/// report never touches the heap. Ties are broken by slot: the order is the same in every process.
package struct TimerQueue: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        var time: Int64
        var slot: UInt32

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : slot < other.slot
        }
    }

    private var heap: [Entry] = []
    /// By slot: the time of its only valid entry; `.max` = not armed.
    private var armed: [Int64] = []

    package init() {}

    /// The earliest armed time; may belong to an entry that is armed earlier by now.
    package var earliest: Int64? { heap.first?.time }

    /// Makes sure that `slot` is woken at `time` or before.
    package mutating func arm(_ slot: Int, at time: Int64) {
        while armed.count <= slot { armed.append(.max) }
        guard time < armed[slot] else { return }
        armed[slot] = time
        heap.append(Entry(time: time, slot: UInt32(slot)))
        siftUp(from: heap.count - 1)
    }

    /// Forgets a slot's timer: the twin is gone, or is to be woken later than armed.
    package mutating func disarm(_ slot: Int) {
        if slot < armed.count { armed[slot] = .max }
    }

    /// The next slot due at `now`, disarmed; nil when none is.
    package mutating func popDue(at now: Int64) -> Int? {
        while let first = heap.first, first.time <= now {
            removeFirst()
            let slot = Int(first.slot)
            if armed[slot] == first.time {
                armed[slot] = .max
                return slot
            }
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
