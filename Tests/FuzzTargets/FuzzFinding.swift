/// What a check found wrong: the sentence says what was wanted, what was found and where.
package struct FuzzFinding: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
