import CCurl
import Reactor

/// One attempt to send one mail, or only to log in: owns libcurl's easy handle.
///
/// libcurl looks up the host, connects, encrypts, greets and logs in, all without holding the thread. From MAIL on we
/// speak ourselves, through its connection: its own upload waits for the reply to the content, and to QUIT, with the
/// thread held, for as long as the server likes.
///
/// Used on its loop only. It ends once: by the server's last reply, by trouble, by its time limit or from outside.
final class SMTPAttempt {
    private let handle: UnsafeMutableRawPointer
    private let connector: CurlConnector
    private let loop: EventLoop
    private var conversation: SMTPConversation?
    private var replies = SMTPReplyReader()
    private var unsent: ArraySlice<UInt8> = []
    private var timer: ScheduledTimer?
    private var finish: ((Delivery) -> Void)?

    /// Without a message it says farewell as soon as it is logged in.
    ///
    /// - Returns: nil where libcurl has no memory.
    init?(of message: Message?, _ settings: SMTPSettings, through connector: CurlConnector, on loop: EventLoop) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.connector = connector
        self.loop = loop
        conversation = message.map { SMTPConversation(about: $0) }
        guard settings.apply(to: handle) else { return nil }
    }

    deinit { curl_easy_cleanup(handle) }

    /// Calls `finish` once, with what became of the mail.
    func begin(within limit: Duration, finish: @escaping (Delivery) -> Void) {
        self.finish = finish
        timer = loop.schedule(after: limit) { [weak self] in self?.end(.trouble(CURLE_OPERATION_TIMEDOUT)) }
        let isTaken = connector.connect(handle) { [weak self] in self?.connected($0) }
        if !isTaken { end(.trouble(CURLE_FAILED_INIT)) }
    }

    /// Closes the connection and reports; harmless the second time.
    func end(_ delivery: Delivery) {
        guard let finish else { return }
        self.finish = nil
        timer?.cancel()
        connector.close(handle)
        finish(delivery)
    }

    private func connected(_ result: CURLcode) {
        guard result == CURLE_OK else {
            return end(.trouble(result, reply: ccurl_response_code(handle)))
        }
        guard let conversation else { return sayFarewell(after: .delivered) }
        unsent = conversation.opening[...]
        proceed()
    }

    /// Writes and reads as much as is possible now, and watches for what is not.
    private func proceed() {
        do {
            try write()
            while let bytes = try read() {
                try replies.append(bytes)
                while finish != nil, let code = try replies.next() {
                    guard unsent.isEmpty || code >= 400 else { throw SMTPReplyError() }  // a reply to what?
                    switch conversation?.reply(code) {
                    case nil: throw SMTPReplyError()
                    case .say(let words): unsent = words[...]
                    case .end(let delivery): sayFarewell(after: delivery)
                    }
                }
                guard finish != nil else { return }
                try write()
            }
            watch()
        } catch let error as CurlError {
            end(.trouble(error.code))
        } catch {
            end(.temporaryFailure(reason: "the mail server does not speak SMTP"))
        }
    }

    private func watch() {
        let wanted: Readiness = unsent.isEmpty ? .readable : [.readable, .writable]
        let descriptor = ccurl_active_socket(handle)
        guard descriptor != CURL_SOCKET_BAD else { return end(.trouble(CURLE_GOT_NOTHING)) }
        connector.watch(descriptor, for: wanted) { [weak self] _ in self?.proceed() }
    }

    /// A server that finds the connection closed without QUIT would call it lost; one that does not take it at once need
    /// not have it.
    private func sayFarewell(after delivery: Delivery) {
        var count = 0
        let words = SMTPConversation.farewell
        _ = words.withUnsafeBytes { curl_easy_send(handle, $0.baseAddress, $0.count, &count) }
        end(delivery)
    }

    private func write() throws {
        while !unsent.isEmpty {
            var count = 0
            let result = unsent.withUnsafeBytes { curl_easy_send(handle, $0.baseAddress, $0.count, &count) }
            if result == CURLE_AGAIN { return }
            guard result == CURLE_OK else { throw CurlError(code: result) }
            unsent = unsent.dropFirst(count)
        }
    }

    /// - Returns: nil when there is nothing to read now.
    private func read() throws -> [UInt8]? {
        var result = CURLE_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            result = curl_easy_recv(handle, buffer.baseAddress, buffer.count, &count)
        }
        if result == CURLE_AGAIN { return nil }
        guard result == CURLE_OK else { throw CurlError(code: result) }
        guard !bytes.isEmpty else { throw CurlError(code: CURLE_GOT_NOTHING) }
        return bytes
    }
}

/// A result of libcurl's that is not CURLE_OK.
private struct CurlError: Error {
    let code: CURLcode
}
