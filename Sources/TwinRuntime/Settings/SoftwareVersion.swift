/// The release that all our programs say they are.
package enum SoftwareVersion {
    package static let text = "1.0.0"
}
