package import TwinCore

/// Who reports though nobody commissioned it: bounded, not durable, the oldest is forgotten first.
package struct UnknownReporters: Sendable {
    package struct Reporter: Sendable, Equatable {
        package let key: TwinKey
        package let since: Timestamp
        package var lastAt: Timestamp
        package var reports: UInt64
    }

    /// Ascending by key.
    package private(set) var reporters: [Reporter] = []

    package init() {}

    package mutating func note(_ key: TwinKey, at now: Timestamp) {
        let index = firstIndex(notBefore: key)
        if index < reporters.count, reporters[index].key == key {
            reporters[index].lastAt = now
            reporters[index].reports += 1
            return
        }
        reporters.insert(Reporter(key: key, since: now, lastAt: now, reports: 1), at: index)
        if reporters.count > Limits.unknownReportersMax { forgetOldest() }
    }

    /// The key was commissioned.
    package mutating func forget(_ key: TwinKey) {
        let index = firstIndex(notBefore: key)
        if index < reporters.count, reporters[index].key == key { reporters.remove(at: index) }
    }

    private mutating func forgetOldest() {
        if let index = reporters.indices.min(by: { reporters[$0].lastAt < reporters[$1].lastAt }) {
            reporters.remove(at: index)
        }
    }

    private func firstIndex(notBefore key: TwinKey) -> Int {
        var low = 0
        var high = reporters.count
        while low < high {
            let middle = (low + high) / 2
            if reporters[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
