import CSystem
import Glibc

/// A program to start, and how.
struct ProcessOrder: Sendable {
    let program: String
    let arguments: [String]
    /// Nothing of our own environment is handed on: `PGPORT` and its like would be obeyed.
    var environment = ["LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC"]
    let folder: String
    /// What it reads; nothing by default.
    var input = ""
    /// Where its output goes.
    let output: Int32
    let account: Account?
    /// What it gets when we die, however we die.
    var deathSignal: Int32 = 0

    func start() throws(Failure) -> pid_t {
        let inputEnd = try pipeFilled(with: input)
        defer { close(inputEnd) }
        let arguments = CStrings([program] + arguments)
        let environment = CStrings(environment)
        let groups = account?.groups ?? []
        let id = groups.withUnsafeBufferPointer { groups in
            program.withCString { program in
                folder.withCString { folder in
                    var order = cprocess_order()
                    order.program = program
                    order.arguments = UnsafePointer(arguments.pointers)
                    order.environment = UnsafePointer(environment.pointers)
                    order.folder = folder
                    order.input = inputEnd
                    order.output = output
                    order.changes_user = account == nil ? 0 : 1
                    order.user = account?.user ?? 0
                    order.group = account?.group ?? 0
                    order.groups = groups.baseAddress
                    order.group_count = Int32(groups.count)
                    order.death_signal = deathSignal
                    return cprocess_start(&order)
                }
            }
        }
        guard id > 0 else { throw Failure(.unavailable, "\(program) cannot be started: \(SystemFailure(-id).reason)") }
        return id
    }

    /// The reading end of a pipe that holds the text and ends; for texts that fit into a pipe.
    private func pipeFilled(with text: String) throws(Failure) -> Int32 {
        var ends: [Int32] = [0, 0]
        let failure = cprocess_pipe(&ends)
        guard failure == 0 else { throw Failure(.unavailable, "no pipe: \(SystemFailure(-failure).reason)") }
        var text = text
        text.withUTF8 { _ = write(ends[1], $0.baseAddress, min($0.count, 4096)) }
        close(ends[1])
        return ends[0]
    }
}

/// Copies of texts as C wants a list of them, owned until the end of its scope.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        pointers.initialize(repeating: nil, count: count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
