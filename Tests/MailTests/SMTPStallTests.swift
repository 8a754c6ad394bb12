import Mail
import Reactor
import Support
import Synchronization
import Testing

@Suite("SMTP servers that stall", .timeLimit(.minutes(1)))
struct SMTPStallTests {
    /// Counts the turns that another task on the loop gets while `body` runs.
    private func ticks(
        on loop: EventLoop,
        during body: () async throws -> Delivery
    ) async rethrows -> (Delivery, ticks: Int) {
        let count = Mutex(0)
        let ticker = Task(executorPreference: loop) {
            while !Task.isCancelled {
                try await loop.sleep(for: .milliseconds(10))
                count.withLock { $0 += 1 }
            }
        }
        defer { ticker.cancel() }
        return (try await body(), count.withLock { $0 })
    }

    @Test(
        "The attempt ends with its time limit, and the loop does other work meanwhile",
        arguments: [SMTPCatcher.Stage.connection, .sender, .recipient, .content]
    )
    func timesOut(stage: SMTPCatcher.Stage) async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.stall(at: stage)
        let server = try SMTPServer(url: "smtp://127.0.0.1:\(catcher.port)")
        try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop, totalTimeout: .milliseconds(600))
            let (delivery, ticks) = try await ticks(on: loop) { await transport.send(try Sample.message()) }
            #expect(delivery == .temporaryFailure(reason: "the mail server took too long"))
            #expect(ticks > 0)
        }
        try await catcher.event(.closed)
    }

    @Test(
        "A server that never answers our farewell delays nobody",
        arguments: [nil, SMTPCatcher.Stage.recipient, .content]
    )
    func doesNotWaitForTheFarewell(refusing stage: SMTPCatcher.Stage?) async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.stall(at: .farewell)
        if let stage { try await catcher.refuse(at: stage, with: "550 no") }
        let server = try SMTPServer(url: "smtp://127.0.0.1:\(catcher.port)")
        let delivery = try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop)
            let began = loop.now
            let delivery = await transport.send(try Sample.message())
            #expect(Instant.now() - began < .seconds(20), "the thread was held until libcurl gave up")
            return delivery
        }
        #expect((delivery == .delivered) == (stage == nil))
        try await catcher.event(.stalling)  // so QUIT was said
    }

    @Test("A login refused by a server that never answers our farewell delays nobody")
    func doesNotWaitAfterARefusedLogin() async throws {
        let catcher = try await SMTPCatcher(.startTLS, login: "portero:right")
        try await catcher.stall(at: .farewell)
        let server = try SMTPServer(url: "smtp://portero:wrong@localhost:\(catcher.port)?starttls=required")
        try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop, certificateAuthorities: catcher.certificate)
            let began = loop.now
            let delivery = await transport.send(try Sample.message())
            #expect(delivery != .delivered)
            #expect(Instant.now() - began < .seconds(20), "the thread was held until libcurl gave up")
        }
    }

    @Test("A cancelled task drops its connection at once, and leaves the other mails alone")
    func cancellationAborts() async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.stall(at: .content)
        let server = try SMTPServer(url: "smtp://127.0.0.1:\(catcher.port)")
        try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop)
            let message = try Sample.message()
            let sending = Task(executorPreference: loop) { await transport.send(message) }
            try await catcher.event(.stalling)
            try await catcher.behave(at: .content)
            async let other = transport.send(message)
            sending.cancel()
            #expect(await sending.value == .temporaryFailure(reason: "the sending was cancelled"))
            #expect(await other == .delivered)
            #expect(
                await Task { () async -> Delivery in
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await transport.send(message)
                }.value == .temporaryFailure(reason: "the sending was cancelled")
            )
        }
        try await catcher.event(.closed)
        #expect(try catcher.mails().count == 1)
    }
}
