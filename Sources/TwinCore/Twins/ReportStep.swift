/// What a report did to its twin: what its shard and its instance must look at.
struct ReportStep {
    /// The version has risen: some rack is owed a word.
    let isNews: Bool
    /// Neither presence nor incidents were touched, and silence is due no earlier than before: the
    /// twin wants nothing new of its timers.
    let isQuiet: Bool
}
