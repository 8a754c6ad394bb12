import Glibc
import Reactor

/// Makes the cluster and its database.
///
/// Everything happens in a folder beside, which takes its place when it is whole: a start that is interrupted leaves
/// nothing that looks like a cluster.
struct ClusterMaker: Sendable {
    static let owner = "portero_owner"
    static let database = "portero"

    let site: ClusterSite
    let installation: PostgresInstallation
    let output: Int32
    let loop: EventLoop

    func make() async throws {
        let draft = site.cluster + ".new"
        try await run("/bin/rm", ["-rf", draft], as: nil)
        do {
            try makeFolder(draft, mode: 0o700)
            if let account = site.account, chown(draft, account.user, account.group) != 0 { throw SystemFailure() }
        } catch let failure as SystemFailure {
            throw Failure(.unavailable, "\(draft) cannot be made: \(failure.reason)")
        }
        try await run(
            "\(installation.programs)/initdb",
            [
                "--pgdata=\(draft)", "--username=\(Self.owner)", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
            ],
            as: site.account
        )
        try await run(
            "\(installation.programs)/postgres",
            ["--single", "-D", draft, "-c", "exit_on_error=on", "postgres"],
            as: site.account,
            input: "CREATE DATABASE \(Self.database)\n"
        )
        guard rename(draft, site.cluster) == 0 else {
            throw Failure(.unavailable, "\(draft) cannot be renamed: \(SystemFailure().reason)")
        }
    }

    /// Runs a program to its end, which comes sooner when the task is cancelled.
    private func run(_ program: String, _ arguments: [String], as account: Account?, input: String = "") async throws {
        let order = ProcessOrder(
            program: program,
            arguments: arguments,
            folder: "/",
            input: input,
            output: output,
            account: account,
            deathSignal: SIGTERM
        )
        let process = try await WatchedProcess.start(order, on: loop)
        while await process.waitForEnd(atMost: .milliseconds(100)) == nil, !Task.isCancelled {}
        if Task.isCancelled {
            await process.signal(SIGTERM)
            _ = await process.waitForEnd()
            throw CancellationError()
        }
        guard let end = await process.end, end != .exited(0) else { return }
        throw Failure(.unavailable, "\(program) failed (\(end)); \(site.log.lastWords)")
    }
}
