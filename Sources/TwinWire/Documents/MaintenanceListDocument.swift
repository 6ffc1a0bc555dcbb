/// The answer to `maintenance list`: planned and running windows.
package struct MaintenanceListDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var items: [MaintenanceDocument]
    /// Where an instance's next page begins; absent on the last one and in what is gathered.
    package var cursor: String?

    package init(items: [MaintenanceDocument], cursor: String? = nil) {
        self.items = items
        self.cursor = cursor
    }
}
