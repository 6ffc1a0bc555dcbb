/// How one request ended.
package struct Completion: Equatable, Sendable {
    /// What `submit` returned.
    package let id: UInt64
    package let result: Result<Reply, ClientError>
}
