/// The line after each batch of alerts: where to go on reading. Opaque text.
package struct CursorDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var cursor: String

    package init(cursor: String) {
        self.cursor = cursor
    }
}
