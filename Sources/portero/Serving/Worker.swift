import EscapeRoomSurface
import HTTP
import HTTPServer
import IngeocimycSurface
import Postgres
import Reactor
import Services
import SesionesSurface
import SessionTrackingSurface
import Storage
import UsuariosSurface

/// One event loop with all that lives on it: its log, its database connections, its surfaces and its listeners.
struct Worker: Sendable {
    let loop: EventLoop
    let log: Log
    let database: Database
    let meter: RequestMeter
    let activity: SessionActivity
    private let main: Listener?
    private let usuarios: Listener?

    /// Takes the addresses, which the first worker has for all of them.
    ///
    /// - Throws: `CannotListen`.
    init(
        _ parts: SharedParts,
        on loop: EventLoop,
        logTo destination: LogDestination,
        beside first: Worker?
    ) throws {
        let configuration = parts.configuration
        let log = Log(to: destination, configuration.logFormat, from: configuration.logLevel, on: loop)
        let database = Database(parts.databaseConfiguration(reportingTo: log, on: loop), on: loop)
        self.loop = loop
        self.log = log
        self.database = database
        let meter = RequestMeter(on: loop)
        self.meter = meter
        let site = Site(
            loop: loop,
            configuration: configuration.server.shared(among: configuration.workers),
            log: {
                log.access($0)
                meter.note($0)
            }
        )
        let dependencies = parts.dependencies(on: loop, database)
        activity = dependencies.activity
        let cors = CORSPolicy(origins: configuration.corsOrigins)
        main = try configuration.listen.map { address in
            let router = Router(
                escapeRoomContract(dependencies) { log.failure($0, of: $1) } + [
                    SessionTrackingSurface(dependencies, lifetime: configuration.accessTokenLifetime) {
                        log.failure($0, of: $1)
                    },
                    SesionesSurface(dependencies, lifetime: configuration.sesionesLifetime) { log.failure($0, of: $1) },
                    IngeocimycSurface(
                        dependencies,
                        lifetimes: .init(
                            usual: configuration.ingeocimycTokenLifetime,
                            remembered: configuration.ingeocimycRememberLifetime
                        )
                    ) { log.failure($0, of: $1) },
                    SystemSurface(upkeep: UpkeepRepository(database), tokens: parts.tokens),
                ],
                cors: cors
            )
            return try site.listener(
                at: address,
                beside: first?.main,
                respond: { await router.respond(to: $0) },
                completeRefusal: { router.complete(&$0, to: $1) }
            )
        }
        usuarios = try configuration.listenUsuarios.map { address in
            let front = UsuariosFront(
                dependencies,
                lifetime: configuration.usuariosTokenLifetime,
                cors: cors
            ) { log.failure($0, of: $1) }
            return try site.listener(
                at: address,
                beside: first?.usuarios,
                respond: { await front.respond(to: $0) },
                completeRefusal: { front.complete(&$0, to: $1) }
            )
        }
    }

    private var listeners: [Listener] { [main, usuarios].compactMap { $0 } }

    /// Where the public may come to; nil is off.
    var addresses: (main: SocketAddress?, usuarios: SocketAddress?) { (main?.boundAddress, usuarios?.boundAddress) }

    /// Runs the database connections until the task is cancelled, and the listeners until they are drained.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) { await database.run() }
            for listener in listeners { group.addTask(executorPreference: loop) { await listener.run() } }
        }
    }

    func drain(within grace: Duration) async {
        await withDiscardingTaskGroup { group in
            for listener in listeners {
                group.addTask(executorPreference: loop) { await listener.drain(within: grace) }
            }
        }
        log.flush()
    }
}

/// What the listeners of one loop have in common.
private struct Site {
    let loop: EventLoop
    let configuration: ServerConfiguration
    let log: @Sendable (AccessRecord) -> Void

    /// - Throws: `CannotListen`.
    func listener(
        at address: SocketAddress,
        beside first: Listener?,
        respond: @escaping Listener.Responder,
        completeRefusal: @escaping Listener.RefusalCompleter
    ) throws -> Listener {
        try Listener(
            on: loop,
            at: first?.boundAddress ?? address,
            joins: first != nil,
            configuration: configuration,
            respond: respond,
            completeRefusal: completeRefusal,
            log: log
        )
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
        server.language = .spanish
        server.trustedProxies = TrustedProxies(trustedProxies)
        return server
    }
}
