import CCurl
package import Reactor

/// Sends mails by SMTP, through libcurl on an event loop.
///
/// The server's certificate is always verified. Each mail has a connection of its own: mails are rare, and a
/// connection that was kept may be dead when the next one comes.
package actor SMTPTransport: MailTransport {
    private let settings: SMTPSettings
    private let loop: EventLoop
    private var connector: CurlConnector?
    private var attempts: [Int: SMTPAttempt] = [:]
    private var count = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Sends nothing yet.
    ///
    /// `certificateAuthorities` is a PEM file to trust instead of the system's authorities. `connectTimeout` runs from the
    /// look-up of the host until the connection stands, `totalTimeout` until the attempt has ended.
    package init(
        _ server: SMTPServer,
        on loop: EventLoop,
        certificateAuthorities: String? = nil,
        connectTimeout: Duration = .seconds(10),
        totalTimeout: Duration = .seconds(30)
    ) {
        settings = SMTPSettings(
            server: server,
            certificateAuthorities: certificateAuthorities,
            connectTimeout: connectTimeout,
            totalTimeout: totalTimeout
        )
        self.loop = loop
    }

    package func send(_ message: Message) async -> Delivery {
        await attempt(of: message)
    }

    /// Connects, encrypts and logs in as for a mail, and sends nothing.
    ///
    /// - Returns: what is in the way, as a sentence for operators; nil where nothing is.
    package func obstacle() async -> String? {
        switch await attempt(of: nil) {
        case .delivered: nil
        case .temporaryFailure(let reason), .permanentFailure(let reason): reason
        }
    }

    private func attempt(of message: Message?) async -> Delivery {
        guard !Task.isCancelled else { return .cancelled }
        guard let connector = connector ?? CurlConnector(on: loop),
            let attempt = SMTPAttempt(of: message, settings, through: connector, on: loop)
        else { return .trouble(CURLE_OUT_OF_MEMORY) }
        self.connector = connector

        count += 1
        let number = count
        attempts[number] = attempt
        defer { attempts[number] = nil }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                attempt.begin(within: settings.totalTimeout) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            Task(executorPreference: loop) { await self.abort(number) }
        }
    }

    private func abort(_ number: Int) {
        attempts[number]?.end(.cancelled)
    }
}
