/// What lies where in a state directory.
///
/// ```
/// STATE_DIR/lock            held while a service runs; holds its process id
/// STATE_DIR/instance.json   who the instance is
/// STATE_DIR/rows.sqlite     the rows
/// STATE_DIR/journal/        the journal's segments
/// STATE_DIR/in-hand         the input in hand, for the start after a crash
/// ```
package struct StatePaths: Sendable {
    package let directory: String

    package init(_ directory: String) { self.directory = directory }

    package var lock: String { "\(directory)/lock" }
    package var identity: String { "\(directory)/instance.json" }
    package var rows: String { "\(directory)/\(RowStore.fileName)" }
    package var journal: String { "\(directory)/journal" }
    package var inHand: String { "\(directory)/in-hand" }
}
