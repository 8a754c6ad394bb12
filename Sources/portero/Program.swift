/// The program, apart from the process that it runs in.
struct Program: Sendable {
    let environment: Environment
    let console: Console
    let wiring: Wiring

    /// Runs the command that the arguments name; answers what to exit with.
    func run(_ arguments: [String]) -> Int32 {
        do {
            let (command, arguments) = try CommandLineParser(Command.all).parse(arguments)
            return try command.run(arguments, self)
        } catch let error as UsageError {
            console.complain("portero: \(error.complaint)\n\(error.usage)")
            return Failure.Kind.usage.rawValue
        } catch let error as InvalidConfiguration {
            error.mistakes.forEach { console.say("\($0)") }
            return Failure.Kind.configuration.rawValue
        } catch let failure as Failure {
            console.say(failure.description)
            return failure.kind.rawValue
        } catch {
            console.say("\(error)")
            return Failure.Kind.software.rawValue
        }
    }
}
