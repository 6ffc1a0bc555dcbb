/// The answer to `maintenance list`: planned and running windows.
package struct MaintenanceListDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var items: [MaintenanceDocument]

    package init(items: [MaintenanceDocument]) {
        self.items = items
    }
}
