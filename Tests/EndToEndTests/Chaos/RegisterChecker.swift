/// Judges the history of compare-and-set on generations: no `ok` is lost, none is done twice,
/// none overwrites what it has not seen.
///
/// The reference is one sentence: *a server goes from generation to generation, each made by one
/// try that named the one before it.* Everything below is that sentence, asked of what was seen.
enum RegisterChecker {
    /// What contradicts it.
    struct Violation: Sendable {
        enum Kind: Sendable {
            /// An `ok` whose effect is not there.
            case lost
            /// An effect that is there twice.
            case duplicated
            /// Another contradiction.
            case wrong
        }

        let kind: Kind
        let key: String
        let sentence: String
    }

    /// What contradicts it; `final` is each server read when all was quiet.
    static func violations(
        _ history: RegisterHistory, final: [String: RegisterRead]
    ) -> [Violation] {
        final.keys.sorted().flatMap { key in
            var one = RegisterHistory()
            one.writes = history.writes.filter { $0.key == key }
            one.reads = history.reads.filter { $0.key == key }
            return final[key].map { violations(of: key, one, final: $0) } ?? []
        }
    }

    private struct Made {
        let from: UInt64
        let generation: UInt64
        let rack: String
        let label: String
    }

    private static func violations(
        of key: String, _ history: RegisterHistory, final: RegisterRead
    ) -> [Violation] {
        var found: [Violation] = []
        func violate(_ kind: Violation.Kind, _ sentence: String) {
            found.append(Violation(kind: kind, key: key, sentence: sentence))
        }
        let made = history.writes.compactMap { write -> Made? in
            guard case .commission(let rack, let label) = write.deed,
                case .ok(let generation) = write.end
            else { return nil }
            return Made(from: write.from, generation: generation, rack: rack, label: label)
        }.sorted { $0.generation < $1.generation }
        for one in made where one.generation <= one.from {
            violate(.wrong, "\(one.label) made \(one.generation) out of \(one.from)")
        }
        for (one, next) in zip(made, made.dropFirst()) where next.from < one.generation {
            violate(
                .lost,
                "\(next.label) (\(next.from) → \(next.generation)) overwrote "
                    + "\(one.label) (\(one.from) → \(one.generation)) without having seen it")
        }
        if let last = made.last, final.generation < last.generation {
            violate(
                .lost,
                "\(last.label) got ok for \(last.generation), in the end the server is at "
                    + "\(final.generation)")
        }
        found += contents(of: key, made, history.reads + [final])
        found += strangers(in: key, history, final)
        found += departures(of: key, history, final)
        return found
    }

    /// Each generation has one content, whoever tells of it.
    private static func contents(
        of key: String, _ made: [Made], _ reads: [RegisterRead]
    ) -> [Violation] {
        var found: [Violation] = []
        var known: [UInt64: (label: String, rack: String?)] = [:]
        for one in made {
            if let other = known[one.generation], other.label != one.label {
                found.append(
                    Violation(
                        kind: .duplicated, key: key,
                        sentence: "\(one.label) and \(other.label) both got ok for "
                            + "\(one.generation)"))
            }
            known[one.generation] = (one.label, one.rack)
        }
        for read in reads {
            guard !read.isOut, let label = read.label else { continue }
            guard let other = known[read.generation] else {
                known[read.generation] = (label, read.rack)
                continue
            }
            if other != (label, read.rack) {
                found.append(
                    Violation(
                        kind: .wrong, key: key,
                        sentence: "generation \(read.generation) is \(label) in "
                            + "\(read.rack ?? "no rack") and \(other.label) in "
                            + "\(other.rack ?? "no rack")"))
            }
        }
        return found
    }

    /// What is in force was asked for by somebody.
    private static func strangers(
        in key: String, _ history: RegisterHistory, _ final: RegisterRead
    ) -> [Violation] {
        var asked: Set<String> = []
        for write in history.writes {
            if case .commission(_, let label) = write.deed { asked.insert(label) }
        }
        let seen = Set((history.reads + [final]).compactMap(\.label))
        return seen.subtracting(asked).subtracting([first]).sorted().map {
            Violation(
                kind: .wrong, key: key, sentence: "\($0) was in force, and nobody asked for it")
        }
    }

    /// The label of the state before the run.
    static let first = "first"

    /// A server is out exactly when somebody took this generation out.
    private static func departures(
        of key: String, _ history: RegisterHistory, _ final: RegisterRead
    ) -> [Violation] {
        let tries = history.writes.filter {
            $0.deed == .decommission && $0.from == final.generation
        }
        let wasTakenOut = tries.contains { $0.end != .unknown }
        if wasTakenOut, !final.isOut {
            let sentence = "taken out at \(final.generation) with ok, and still in"
            return [Violation(kind: .lost, key: key, sentence: sentence)]
        }
        if final.isOut, tries.isEmpty {
            let sentence = "out at \(final.generation), and nobody took it out"
            return [Violation(kind: .wrong, key: key, sentence: sentence)]
        }
        return []
    }
}
