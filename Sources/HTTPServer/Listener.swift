package import HTTP
package import Reactor

/// Accepts connections on one event loop and answers their requests there.
///
/// What serves several loops is a listener on each of them: the first takes the address, the others join it there.
package actor Listener {
    package typealias Responder = @Sendable (Request) async -> Response
    package typealias RefusalCompleter = @Sendable (inout Response, UnreadableRequest) -> Void

    /// With the port that the kernel chose, where it was asked to.
    package nonisolated let boundAddress: SocketAddress

    nonisolated let loop: EventLoop
    let configuration: ServerConfiguration
    let respond: Responder
    let completeRefusal: RefusalCompleter?
    let log: @Sendable (AccessRecord) -> Void
    let policy: HeadPolicy
    let patience: ConnectionState.Patience

    var socket: ListeningSocket?
    var acceptance: DescriptorSource?
    var isDraining = false

    var connections: [Connection] = []
    var connectionsOfNetwork: [NetworkAddress: Int] = [:]
    var turnedAway = 0
    var sweeping: ScheduledTimer?
    var pause: ScheduledTimer?
    var waiters: [CheckedContinuation<Void, Never>] = []

    let buffer = ReadBuffer()
    var writer = AnswerWriter()
    var ids = RequestIDSource()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Takes the address at once, so that a mistake shows at the start; connections are accepted from `run()` on.
    ///
    /// - Parameters:
    ///   - loop: where it lives, and where `respond` and `log` are called.
    ///   - address: where to listen; port 0 is the kernel's choice.
    ///   - joins: whether another listener of this process has the address already.
    ///   - configuration: what is allowed, and for how long.
    ///   - respond: answers a request, whatever becomes of its client meanwhile.
    ///   - completeRefusal: words an answer that the server gives by itself as who is asked words theirs, and adds what the
    ///     head of the request makes it carry, such as CORS headers. Called for each request that could be read at least in
    ///     part, and for each connection that is turned away.
    ///   - log: called once for each answered request, also for one that could not be read.
    /// - Throws: `CannotListen`.
    package init(
        on loop: EventLoop,
        at address: SocketAddress,
        joins: Bool = false,
        configuration: ServerConfiguration = ServerConfiguration(),
        respond: @escaping Responder,
        completeRefusal: RefusalCompleter? = nil,
        log: @escaping @Sendable (AccessRecord) -> Void = { _ in }
    ) throws(CannotListen) {
        let socket = try ListeningSocket(at: address, joins: joins)
        boundAddress = socket.address
        self.socket = consume socket
        self.loop = loop
        self.configuration = configuration
        self.respond = respond
        self.completeRefusal = completeRefusal
        self.log = log
        policy = HeadPolicy(bodyLimit: configuration.limits.body)
        patience = ConnectionState.Patience(configuration.deadlines)
    }

    /// Serves until it is drained; at once no more when the task is cancelled.
    package func run() async {
        startAccepting()
        await withTaskCancellationHandler {
            await waitUntilDrained()
        } onCancel: {
            Task(executorPreference: loop) { await self.drain(within: .zero) }
        }
    }

    /// Accepts nobody any more, answers what has been asked, and closes.
    ///
    /// - Parameter limit: how long that may take; what is not done then is cut off.
    package func drain(within limit: Duration) async {
        beginDraining()
        let timer = loop.schedule(after: limit) { [self] in closeAll() }
        await waitUntilDrained()
        timer.cancel()
    }

    /// How many connections are open, for the metrics.
    package var connectionCount: Int { connections.count }

    private func waitUntilDrained() async {
        guard !isDraining || !connections.isEmpty else { return }
        await withCheckedContinuation { waiters.append($0) }
    }
}
