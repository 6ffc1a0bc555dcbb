/// The release that twinctl and the agent say they are.
package enum ClientVersion {
    package static let text = "1.0.0"
}
