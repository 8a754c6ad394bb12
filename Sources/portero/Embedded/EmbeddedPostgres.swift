import Glibc
import Reactor

/// The PostgreSQL server that we run ourselves, for as long as we run.
///
/// A server that a crash of ours has left behind is taken over; one that ends by itself is started again.
actor EmbeddedPostgres {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    nonisolated let database: DatabaseURL
    private let launcher: PostmasterLauncher
    private let lock: DirectoryLock
    private let loop: EventLoop
    private let say: @Sendable (String) -> Void
    private var process: WatchedProcess
    private var isStopping = false

    /// Makes the cluster where there is none, and waits until the server takes connections.
    ///
    /// To be called on the loop, on the thread that lives as long as the program.
    ///
    /// - Throws: `Failure`, also where another process has claimed the directory; `CancellationError`.
    static func start(
        in directory: DataDirectory,
        _ settings: ServerSettings,
        searchPath: String?,
        on loop: EventLoop,
        saying say: @escaping @Sendable (String) -> Void
    ) async throws -> EmbeddedPostgres {
        guard let lock = try DirectoryLock.claim(directory) else {
            let holder = DirectoryLock.holder(of: directory)
            throw Failure(
                .unavailable,
                "\(directory.path) is in use by \(holder); stop that, or set another PORTERO_DATA_DIR"
            )
        }
        let site = try ClusterSite.choose(in: directory, saying: say)
        let launcher = try PostmasterLauncher(site, settings, searchPath: searchPath, on: loop, saying: say)
        try await launcher.makeClusterIfMissing()
        let (process, file) = try await launcher.takeOverOrStart()
        return EmbeddedPostgres(
            process,
            try DatabaseURL(embeddedAt: file),
            launcher: launcher,
            lock: lock,
            on: loop,
            saying: say
        )
    }

    /// The database of the server that another process of ours runs for this directory, once it is ready.
    ///
    /// - Returns: nil where no other process has claimed the directory.
    static func visit(_ directory: DataDirectory, on loop: EventLoop) async throws -> DatabaseURL? {
        let deadline = Instant.now() + .seconds(30)
        while Instant.now() < deadline {
            switch try occupant(of: directory) {
            case .nobody: return nil
            case .server(let database): return database
            case .starting: try await loop.sleep(for: .milliseconds(50))
            }
        }
        let holder = DirectoryLock.holder(of: directory)
        throw Failure(.unavailable, "\(holder) holds \(directory.path), but its database does not get ready")
    }

    private enum Occupant {
        case nobody
        case server(DatabaseURL)
        case starting
    }

    /// Looks once, and does not wait: the compiler crashes on a lock held in a coroutine.
    private static func occupant(of directory: DataDirectory) throws -> Occupant {
        if try DirectoryLock.claim(directory) != nil { return .nobody }
        let cluster = try? resolved("\(directory.path)/postgres")
        guard let cluster, let file = PostmasterFile(of: cluster), file.status == .ready, file.isServer(of: cluster)
        else {
            return .starting
        }
        return .server(try DatabaseURL(embeddedAt: file))
    }

    private init(
        _ process: WatchedProcess,
        _ database: DatabaseURL,
        launcher: PostmasterLauncher,
        lock: DirectoryLock,
        on loop: EventLoop,
        saying say: @escaping @Sendable (String) -> Void
    ) {
        self.process = process
        self.database = database
        self.launcher = launcher
        self.lock = lock
        self.loop = loop
        self.say = say
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// The server's process.
    var processID: pid_t { process.id }

    /// Starts the server again whenever it ends, and keeps its log within bounds, until `stop()`.
    func run(lookingAtTheLogEvery pause: Duration = .seconds(10)) async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) { [log = launcher.log, loop] in
                while (try? await loop.sleep(for: pause)) != nil { log.bound() }
            }
            while !isStopping {
                let end = await process.waitForEnd()
                if isStopping { break }
                say("the embedded PostgreSQL ended (\(end ?? .unknown)); starting it again")
                await startAgain()
            }
            group.cancelAll()
        }
    }

    /// Ends the server: at once for its clients, in order for its data.
    func stop() async {
        isStopping = true
        for (signal, patience) in [(SIGINT, Duration.seconds(30)), (SIGQUIT, .seconds(10))] {
            await process.signal(signal)
            if await process.waitForEnd(atMost: patience) != nil { return }
            say("the embedded PostgreSQL has not ended after \(patience.settingText)")
        }
    }

    private func startAgain() async {
        var pause = Duration.milliseconds(100)
        while !isStopping {
            do {
                let started = try await launcher.takeOverOrStart().process
                process = started
                return
            } catch {
                say("the embedded PostgreSQL does not start: \(error)")
            }
            try? await loop.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
}

extension DatabaseURL {
    /// The database in the embedded cluster, over its socket.
    fileprivate init(embeddedAt file: PostmasterFile) throws(Failure) {
        let path = file.sockets.utf8.reduce(into: "") { text, byte in
            let isPlain = byte.isDigit || byte.isLetter || "/-._".utf8.contains(byte)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        do {
            try self.init("postgresql://\(ClusterMaker.owner)@/\(ClusterMaker.database)?host=\(path)&port=\(file.port)")
        } catch {
            throw Failure(.software, "the socket's folder \(quoted(file.sockets)) makes no URI")
        }
    }
}
