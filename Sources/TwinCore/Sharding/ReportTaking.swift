/// What became of a report that came by numbers.
package enum ReportTaking: Sendable {
    /// Journalled and stepped. When it `isNews`, some rack is owed a word.
    case taken(isLate: Bool, isNews: Bool)
    /// Not one like most; nothing has changed, and `plan` says what it gets.
    case unusual
}
