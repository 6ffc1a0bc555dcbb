/// Tells of ascending keys, asked one after the other, which are among other ascending keys: one
/// walk through both, where a search for each would cost its square or its logarithm.
struct KeyWalk {
    private let keys: [TwinKey]
    private var place = 0

    init(_ keys: [TwinKey]) { self.keys = keys }

    /// Whether `key` is one of them; must not be less than the key asked for before.
    mutating func contains(_ key: TwinKey) -> Bool {
        while place < keys.count {
            // Equal keys share their bytes more often than not: the cheaper question first.
            if keys[place] == key { return true }
            guard keys[place] < key else { return false }
            place += 1
        }
        return false
    }
}
