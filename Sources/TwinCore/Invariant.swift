/// Stops the process with a message when our own reasoning turns out to be wrong.
///
/// For our bugs only: what a peer sends is refused, what a disk does is a typed error. Unlike
/// `precondition` it prints in release builds on Linux.
package func invariant(
    _ condition: Bool, _ message: @autoclosure () -> String,
    file: StaticString = #fileID, line: UInt = #line
) {
    guard !condition else { return }
    fatalError("invariant: \(message())", file: file, line: line)
}
