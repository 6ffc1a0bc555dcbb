import TwinClient
import TwinCore
import TwinWire

/// What `--where` says.
struct ListConditions {
    let question: ListRequest

    private static let labelPrefix = "label."

    init(_ texts: [String]) throws(ClientError) {
        var question = ListRequest()
        var labels: [String: String] = [:]
        for (field, value) in try Naming.pairs(texts, option: "--where") {
            switch field {
            case "status": question.status = value
            case "rack": question.rack = try Naming.twin(value, in: .rack).key
            case "dc": question.dc = try Naming.twin(value, in: .dc).key
            case _ where field.hasPrefix(Self.labelPrefix):
                labels[String(field.dropFirst(Self.labelPrefix.count))] = value
            default:
                throw .usage(
                    message: "--where: wanted status, rack, dc or label.NAME, found \"\(field)\"",
                    hint: "twinctl list server --where status=missing")
            }
        }
        if !labels.isEmpty { question.labels = labels }
        self.question = question
    }
}
