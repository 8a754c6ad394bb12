import Glibc
import Reactor

/// A PostgreSQL cluster of a test's own, for what would disturb others: stopping, restarting, becoming a standby.
package final class ScratchCluster: Sendable {
    private let home: String
    private let port: Int

    /// Makes a cluster, lends it to `body`, and removes it; several in one test differ in their port.
    package static func with<Value: Sendable>(
        port: Int = 5432,
        standbyOf primary: ScratchCluster? = nil,
        _ body: (ScratchCluster) async throws -> Value
    ) async throws -> Value {
        let cluster = ScratchCluster(port: port)
        do {
            try await cluster.create(standbyOf: primary)
            let value = try await body(cluster)
            await cluster.remove()
            return value
        } catch {
            await cluster.remove()
            throw error
        }
    }

    private init(port: Int) {
        self.port = port
        home = "/tmp/portero-cluster.\(UInt64.random(in: 0 ... .max))"
    }

    /// A superuser's URI.
    package var url: String { "postgresql://portero_owner@/postgres?host=\(home)&port=\(port)" }
    /// Where its unix socket is.
    package var socketDirectory: String { home }

    package func start() async throws {
        let options = "-c unix_socket_directories=\(home) -c listen_addresses= -c port=\(port) -c fsync=off"
        try await run("pg_ctl", "start", "-D", data, "-l", "\(home)/log", "-w", "-s", "-o", options)
    }

    /// Stops it; `immediate` is as good as a crash.
    package func stop(mode: String) async throws {
        try await run("pg_ctl", "stop", "-D", data, "-m", mode, "-w", "-s")
    }

    /// Makes a standby the primary.
    package func promote() async throws {
        try await run("pg_ctl", "promote", "-D", data, "-w", "-s")
    }

    private var data: String { "\(home)/data" }

    private func create(standbyOf primary: ScratchCluster?) async throws {
        try await Command.run(["/bin/mkdir", home])
        if getuid() == 0 { try await Command.run(["/bin/chown", "postgres", home]) }
        if let primary {
            try await run("pg_basebackup", "-D", data, "-d", primary.url, "-R", "-X", "stream", "-c", "fast")
        } else {
            try await run("initdb", "-D", data, "-U", "portero_owner", "--auth=trust", "--encoding=UTF8", "--no-sync")
        }
        try await start()
    }

    private func remove() async {
        try? await stop(mode: "immediate")
        try? await Command.run(["/bin/rm", "-rf", home])
    }

    /// Runs a program of PostgreSQL, which root may not.
    private func run(_ program: String, _ arguments: String...) async throws {
        let latest = "cd / && exec \"$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)/$0\" \"$@\""
        let unprivileged = ["/usr/bin/setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        try await Command.run((getuid() == 0 ? unprivileged : []) + ["/bin/sh", "-c", latest, program] + arguments)
    }
}

/// A program that a test runs and waits for.
///
/// Foundation's `Process` waits for the program's grandchildren too, and a started server is one.
enum Command {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ command: [String]) async throws {
        let status = await withCheckedContinuation { (continuation: CheckedContinuation<Int32, Never>) in
            Thread(named: "command") { continuation.resume(returning: Self.execute(command)) }.detach()
        }
        guard status == 0 else { throw Failure(description: "\(command.joined(separator: " ")) ended with \(status)") }
    }

    private static func execute(_ command: [String]) -> Int32 {
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let failure = posix_spawn(&process, command[0], &actions, nil, arguments, environ)
        guard failure == 0 else { return failure }
        var result: Int32 = 0
        while waitpid(process, &result, 0) == -1, errno == EINTR {}
        return result
    }
}
