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
    private let listeners: [Listener]

    /// - Throws: `CannotListen`.
    init(
        _ parts: SharedParts,
        on loop: EventLoop,
        logTo destination: LogDestination,
        addresses: PublicAddresses,
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
        let site = Site(
            loop: loop,
            configuration: configuration.server.shared(among: workers),
            sharesPort: workers > 1,
            log: {
                log.access($0)
                meter.note($0)
            }
        )
        let dependencies = parts.dependencies(on: loop, database)
        activity = dependencies.activity
        let cors = CORSPolicy(origins: configuration.corsOrigins)
        var listeners: [Listener] = []
        if let address = addresses.main {
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
            listeners.append(
                try site.listener(
                    at: address,
                    respond: { await router.respond(to: $0) },
                    completeRefusal: { router.complete(&$0, to: $1) }
                )
            )
        }
        if let address = addresses.usuarios {
            let front = UsuariosFront(
                dependencies,
                lifetime: configuration.usuariosTokenLifetime,
                cors: cors
            ) { log.failure($0, of: $1) }
            listeners.append(
                try site.listener(
                    at: address,
                    respond: { await front.respond(to: $0) },
                    completeRefusal: { front.complete(&$0, to: $1) }
                )
            )
        }
        self.listeners = listeners
    }

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

/// Where the public may come to; nil is off.
struct PublicAddresses: Sendable {
    let main: SocketAddress?
    let usuarios: SocketAddress?
}

/// What the listeners of one loop have in common.
private struct Site {
    let loop: EventLoop
    let configuration: ServerConfiguration
    let sharesPort: Bool
    let log: @Sendable (AccessRecord) -> Void

    /// - Throws: `CannotListen`.
    func listener(
        at address: SocketAddress,
        respond: @escaping Listener.Responder,
        completeRefusal: @escaping Listener.RefusalCompleter
    ) throws -> Listener {
        try Listener(
            on: loop,
            at: address,
            sharesPort: sharesPort,
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
