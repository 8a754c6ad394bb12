import Cryptography
import HTTP
import HTTPServer
import Mail
import Postgres
import Reactor
import Services
import Storage

/// A running server: as many workers as there are loops, and what works in the background beside them.
struct Server: Sendable {
    private let parts: SharedParts
    private let workers: [Worker]
    private let address: SocketAddress?
    private let mails: MailDelivery
    private let metrics: Listener?
    private let group: LoopGroup

    /// Takes the address, and starts the loops beside the workplace's own.
    init(_ workplace: Workplace) throws {
        parts = try SharedParts(workplace)
        let configuration = workplace.configuration
        let destination = LogDestination(1)
        group = LoopGroup(count: configuration.workers - 1, named: "loop")
        do {
            address = try configuration.listen.map { try Listener.port(at: $0) }
            var workers: [Worker] = []
            for loop in [workplace.loop] + group.loops {
                workers.append(
                    try Worker(
                        parts,
                        on: loop,
                        logTo: destination,
                        address: address,
                        of: configuration.workers
                    )
                )
            }
            self.workers = workers
            mails = try Self.mailDelivery(parts, beside: workers[0])
            metrics = try Self.metricsListener(parts, of: workers)
        } catch {
            group.stop()
            throw error
        }
    }

    /// Serves until the signal is raised, then drains and closes everything in reverse.
    func run(until stop: StopSignal) async throws {
        let home = workers[0]
        await withDiscardingTaskGroup { group in
            for worker in workers { group.addTask(executorPreference: worker.loop) { await worker.run() } }
            group.addTask(executorPreference: home.loop) { await mails.run() }
            group.addTask(executorPreference: home.loop) { await keepUp(home) }
            group.addTask(executorPreference: home.loop) { await metrics?.run() }
            await announce(home)
            await stop.wait()
            home.log.event(.info, "portero draining")
            await drain()
            group.cancelAll()
        }
        parts.hashPool.close()
        home.log.event(.info, "portero stopped")
        home.log.flush()
        group.stop()
    }

    /// Says that requests are answered, once the database does.
    private func announce(_ home: Worker) async {
        for worker in workers { try? await worker.database.ready() }
        home.log.event(.info, "portero ready") {
            $0.field("listen", address.map(\.description) ?? "off")
            $0.field("metrics", metrics?.boundAddress.description ?? "off")
            $0.field("workers", workers.count)
            $0.field("database", parts.database.description)
        }
        home.log.flush()
    }

    private func drain() async {
        let grace = parts.configuration.shutdownGrace
        await withDiscardingTaskGroup { group in
            for worker in workers {
                group.addTask(executorPreference: worker.loop) { await worker.drain(within: grace) }
            }
        }
    }

    /// Keeps the partitions of `auth_logs` some months ahead, and the tables that only grow small; once an hour.
    private func keepUp(_ home: Worker) async {
        let upkeep = UpkeepRepository(home.database)
        while !Task.isCancelled {
            do {
                try await upkeep.prepareLogPartitions()
                while try await upkeep.tidy() >= 10_000 {}
                try await home.loop.sleep(for: .seconds(3600))
            } catch {
                try? await home.loop.sleep(for: .seconds(60))
            }
        }
    }

    private static func metricsListener(_ parts: SharedParts, of workers: [Worker]) throws -> Listener? {
        guard let address = parts.configuration.metrics else { return nil }
        let router = Router([MetricsSurface(meters: workers.map(\.meter), hashPool: parts.hashPool)])
        return try Listener(
            on: workers[0].loop,
            at: address,
            respond: { await router.respond(to: $0) }
        )
    }

    private static func mailDelivery(_ parts: SharedParts, beside home: Worker) throws -> MailDelivery {
        let configuration = parts.configuration
        let loop = home.loop
        let transport: any MailTransport
        if let server = configuration.mailServer {
            transport = SMTPTransport(server, on: loop)
        } else {
            transport = FileTransport(directory: try configuration.mailFolder())
        }
        return MailDelivery(
            outbox: OutboxRepository(home.database),
            transport: transport,
            keys: parts.keys,
            sender: configuration.mailFrom,
            pause: { try await loop.sleep(for: $0) },
            report: { home.log.mail($0) }
        )
    }
}
