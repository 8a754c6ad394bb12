import Glibc
import Reactor

/// Brings the server of one cluster up.
struct PostmasterLauncher: Sendable {
    private let site: ClusterSite
    private let settings: ServerSettings
    private let installation: PostgresInstallation
    private let loop: EventLoop
    private let say: @Sendable (String) -> Void

    init(
        _ site: ClusterSite,
        _ settings: ServerSettings,
        searchPath: String?,
        on loop: EventLoop,
        saying say: @escaping @Sendable (String) -> Void
    ) throws(Failure) {
        self.site = site
        self.settings = settings
        self.loop = loop
        self.say = say
        let version = (try? wholeFile("\(site.cluster)/PG_VERSION", atMost: 16)).map {
            String(decoding: $0, as: UTF8.self)
        }
        installation = try .find(version: version?.trimmedLine(), searchPath: searchPath)
    }

    var log: ServerLog { site.log }

    func makeClusterIfMissing() async throws {
        guard access("\(site.cluster)/PG_VERSION", F_OK) != 0 else { return }
        try await saying("making the embedded database in \(site.cluster)") {
            let log = try site.log.open()
            defer { close(log) }
            try await ClusterMaker(site: site, installation: installation, output: log, loop: loop).make()
        }
    }

    /// The server's process and what it says of itself, once it is ready.
    func takeOverOrStart() async throws -> (process: WatchedProcess, file: PostmasterFile) {
        if let left = try await leftBehind() { return left }
        do {
            return try await start()
        } catch let failure as Failure {
            // one that came up at the same moment kept ours from starting
            guard let left = try await leftBehind() else { throw failure }
            return left
        }
    }

    /// A server of this cluster that runs already; one that is about to end is waited for.
    private func leftBehind() async throws -> (process: WatchedProcess, file: PostmasterFile)? {
        guard let file = PostmasterFile(of: site.cluster) else { return nil }
        guard file.isServer(of: site.cluster) else {
            forgetEarlierServer(file)
            return nil
        }
        let process = try await WatchedProcess.watch(file.process, on: loop)
        return try await saying("waiting for the database server that an earlier run left behind") {
            try await ready(process).map { (process, $0) }
        }
    }

    private func start() async throws -> (process: WatchedProcess, file: PostmasterFile) {
        let log = try site.log.open()
        defer { close(log) }
        let order = ProcessOrder(
            program: "\(installation.programs)/postgres",
            arguments: ["-D", site.cluster] + settings.arguments(sockets: site.sockets),
            folder: site.cluster,
            output: log,
            account: site.account,
            deathSignal: SIGINT
        )
        let process = try await WatchedProcess.start(order, on: loop)
        do {
            let file = try await saying("waiting for the database to recover") { try await ready(process) }
            if let file { return (process, file) }
        } catch {
            await process.signal(SIGINT)
            _ = await process.waitForEnd()
            throw error
        }
        let end = await process.end ?? .unknown
        throw Failure(.unavailable, "the embedded PostgreSQL does not start (\(end)); \(site.log.lastWords)")
    }

    /// What the server says of itself once it takes connections; nil when it ends instead.
    private func ready(_ process: WatchedProcess) async throws -> PostmasterFile? {
        while await process.end == nil {
            let file = PostmasterFile(of: site.cluster)
            if let file, file.process == process.id, file.status == .ready { return file }
            try await loop.sleep(for: .milliseconds(4))
        }
        return nil
    }

    /// Removes the file of a server that is gone, where its process id now belongs to another program.
    ///
    /// The server would take that one for a server and refuse to start. Not where a process of the old server still
    /// works in the cluster.
    private func forgetEarlierServer(_ file: PostmasterFile) {
        guard kill(file.process, 0) == 0 || errno == EPERM, !PostmasterFile.anyoneWorks(in: site.cluster) else {
            return
        }
        unlink("\(site.cluster)/postmaster.pid")
    }

    /// Says what is going on, if it takes long enough to make somebody wonder.
    private func saying<Value>(_ line: String, while body: () async throws -> Value) async rethrows -> Value {
        let timer = loop.schedule(after: .seconds(2)) { [say] in say(line) }
        defer { timer.cancel() }
        return try await body()
    }
}
