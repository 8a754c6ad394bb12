import EscapeRoomSurface
import HTTP
import HTTPServer
import Postgres
import Reactor
import Storage

/// One event loop with all that lives on it: its log, its database connections, its surfaces and its listener.
struct Worker: Sendable {
    let loop: EventLoop
    let log: Log
    let database: Database
    let meter: RequestMeter
    private let listener: Listener?

    /// - Throws: `CannotListen`.
    init(
        _ parts: SharedParts,
        on loop: EventLoop,
        logTo destination: LogDestination,
        address: SocketAddress?,
        of workers: Int
    ) throws {
        let configuration = parts.configuration
        let log = Log(to: destination, configuration.logFormat, from: configuration.logLevel, on: loop)
        let database = Database(parts.databaseConfiguration(reportingTo: log, on: loop), on: loop)
        self.loop = loop
        self.log = log
        self.database = database
        let meter = RequestMeter(on: loop)
        self.meter = meter
        guard let address else {
            listener = nil
            return
        }
        let router = Router(
            [
                EscapeRoomSurface(parts.dependencies(on: loop, database)) { log.failure($0, of: $1) },
                SystemSurface(upkeep: UpkeepRepository(database), tokens: parts.tokens),
            ],
            cors: CORSPolicy(origins: configuration.corsOrigins)
        )
        listener = try Listener(
            on: loop,
            at: address,
            sharesPort: workers > 1,
            configuration: configuration.server.shared(among: workers),
            respond: { await router.respond(to: $0) },
            completeRefusal: { router.expose(&$0, to: $1) },
            log: {
                log.access($0)
                meter.note($0)
            }
        )
    }

    /// Runs the database connections until the task is cancelled, and the listener until it is drained.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) { await database.run() }
            guard let listener else { return }
            group.addTask(executorPreference: loop) { await listener.run() }
        }
    }

    func drain(within grace: Duration) async {
        await listener?.drain(within: grace)
        log.flush()
    }
}

extension SharedParts {
    func databaseConfiguration(reportingTo log: Log, on loop: EventLoop) -> DatabaseConfiguration {
        var settings = DatabaseConfiguration(url: database.uri, role: Workplace.runtimeRole)
        settings.connections = configuration.databaseConnections
        let watch = DatabaseWatch(log, on: loop)
        settings.onEvent = { watch.note($0) }
        return settings
    }
}

extension Configuration {
    var server: ServerConfiguration {
        var server = ServerConfiguration()
        server.trustedProxies = TrustedProxies(trustedProxies)
        return server
    }
}
