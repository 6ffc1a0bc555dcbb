/// A file that was there and did not say what it should: named once, counted ever after.
package struct HostProblem: Sendable, Equatable {
    /// Path below the root, such as `proc/stat`.
    package let file: String
    /// What was wanted and what was found, at the first time.
    package let sentence: String
    package internal(set) var count: UInt64
}
