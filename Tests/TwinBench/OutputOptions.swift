import ArgumentParser

/// How a measurement is told.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one line of JSON instead of text.")
    var json = false

    @Option(help: "The name of the row in the table; the subcommand's unless told.")
    var row: String?

    /// An empty measurement under the name that was asked for.
    func measurement(_ name: String) -> Measurement { Measurement(row: row ?? name) }

    func tell(_ measurement: Measurement) throws {
        print(json ? try measurement.json() : measurement.text)
    }
}
