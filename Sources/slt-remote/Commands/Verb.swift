import ArgumentParser

/// A command of this program: it takes what every one takes.
protocol Verb: AsyncParsableCommand {
    var common: CommonOptions { get }
}
