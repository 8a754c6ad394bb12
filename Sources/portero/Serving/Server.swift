import Cryptography
import HTTP
import HTTPServer
import Mail
import Migrations
import Postgres
import Reactor
import Services
import Storage

/// A running server: as many workers as there are loops, and what works in the background beside them.
struct Server: Sendable {
    /// How long to wait before the database is asked again whether it is ready.
    private static let pause = Duration.milliseconds(250)

    private let parts: SharedParts
    private let workers: [Worker]
    private let mails: MailDelivery
    private let metrics: Listener?
    private let group: LoopGroup

    /// Takes the addresses, and starts the loops beside the workplace's own.
    init(_ workplace: Workplace) throws {
        parts = try SharedParts(workplace)
        let configuration = workplace.configuration
        let destination = LogDestination(1)
        group = LoopGroup(count: configuration.workers - 1, named: "loop")
        do {
            var workers: [Worker] = []
            for loop in [workplace.loop] + group.loops {
                workers.append(try Worker(parts, on: loop, logTo: destination, beside: workers.first))
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
            await withDiscardingTaskGroup { background in
                for worker in workers {
                    background.addTask(executorPreference: worker.loop) { await worker.activity.run() }
                }
                background.addTask(executorPreference: home.loop) { await mails.run() }
                background.addTask(executorPreference: home.loop) { await keepUp(home) }
                background.addTask(executorPreference: home.loop) { await metrics?.run() }
                background.addTask(executorPreference: home.loop) { await announce(home, unless: stop) }
                await stop.wait()
                home.log.event(.info, "portero draining")
                await drain()
                background.cancelAll()
            }
            // Only now, for what became of the last mail, and the last uses of sessions, are written down too.
            group.cancelAll()
        }
        parts.hashPool.close()
        home.log.event(.info, "portero stopped")
        home.log.flush()
        group.stop()
    }

    /// Says that requests are answered, once the database does and has had its migrations.
    private func announce(_ home: Worker, unless stop: StopSignal) async {
        let addresses = workers[0].addresses
        var hasWarned = false
        while !(await canAnswer(home)) {
            if await stop.isRaised { return }
            if !hasWarned {
                home.log.event(.warning, "portero listens, and waits for the database and its migrations") {
                    $0.field("listen", addresses.main.map(\.description) ?? "off")
                    $0.field("database", parts.database.description)
                }
                home.log.flush()
                hasWarned = true
            }
            do { try await home.loop.sleep(for: Self.pause) } catch { return }
        }
        if await stop.isRaised { return }
        home.log.event(.info, "portero ready") {
            $0.field("listen", addresses.main.map(\.description) ?? "off")
            $0.field("usuarios", addresses.usuarios.map(\.description) ?? "off")
            $0.field("metrics", metrics?.boundAddress.description ?? "off")
            $0.field("workers", workers.count)
            $0.field("database", parts.database.description)
        }
        home.log.flush()
    }

    private func canAnswer(_ home: Worker) async -> Bool {
        guard await UpkeepRepository(home.database).isReady(with: Migrations.all.count) else { return false }
        for worker in workers {
            do { try await worker.database.ready() } catch { return false }
        }
        return true
    }

    private func drain() async {
        let grace = parts.configuration.shutdownGrace
        await withDiscardingTaskGroup { group in
            for worker in workers {
                group.addTask(executorPreference: worker.loop) { await worker.drain(within: grace) }
            }
        }
    }

    /// Keeps the partitions of `auth_logs` some months ahead, its days counted, and the tables that only grow small; once an hour.
    private func keepUp(_ home: Worker) async {
        let upkeep = UpkeepRepository(home.database)
        var failures = 0
        while !Task.isCancelled {
            do {
                try await upkeep.prepareLogPartitions()
                while try await upkeep.tallyLogs() {}
                while try await upkeep.tidy() >= 10_000 {}
                failures = 0
                try await home.loop.sleep(for: .seconds(3600))
            } catch {
                failures += 1
                // The first is often a database that is still starting; then a line an hour is enough.
                if failures % 60 == 2 { home.log.event(.warning, "upkeep delayed") { $0.field("reason", "\(error)") } }
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
            transport = SMTPTransport(server, on: loop, partingTime: .seconds(3))
        } else {
            transport = FileTransport(directory: try configuration.mailFolder())
        }
        return MailDelivery(
            outbox: OutboxRepository(home.database),
            transport: transport,
            keys: parts.keys,
            sender: configuration.mailFrom,
            publicURL: configuration.publicURL,
            pause: { try await loop.sleep(for: $0) },
            report: { home.log.mail($0) }
        )
    }
}
