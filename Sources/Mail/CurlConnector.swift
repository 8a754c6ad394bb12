import CCurl
import Glibc
import Reactor

/// Opens connections with libcurl, which does so through the loop's descriptors and timers instead of a thread.
///
/// Used on its loop only. It owns the multi handle; easy handles and the closures that wait for them are lent to it
/// between `connect` and `close`. libcurl says what it waits for through two callbacks, which come whenever it is called and
/// must not call it back; we call it when something is ready or due.
final class CurlConnector {
    private let multi: UnsafeMutableRawPointer
    private let loop: EventLoop
    private var sources: [curl_socket_t: DescriptorSource] = [:]
    private var timer: ScheduledTimer?
    private var waiting: [UnsafeMutableRawPointer: (CURLcode) -> Void] = [:]

    /// Runs libcurl's own preparation, once in a process.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK

    /// - Returns: nil where libcurl has no memory.
    init?(on loop: EventLoop) {
        guard Self.isReady, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.loop = loop
        guard setCallbacks() == CURLM_OK else { return nil }
    }

    deinit {
        ccurl_multi_set_callbacks(multi, nil, nil, nil)
        curl_multi_cleanup(multi)
    }

    /// Calls `finish` once the connection can be spoken through or has failed; never before it returns.
    ///
    /// - Returns: whether libcurl took the handle. If so, `close` gives it back.
    func connect(_ handle: UnsafeMutableRawPointer, finish: @escaping (CURLcode) -> Void) -> Bool {
        guard
            ccurl_set_closer(handle, Self.closeSocket, Unmanaged.passUnretained(self).toOpaque()) == CURLE_OK,
            curl_multi_add_handle(multi, handle) == CURLM_OK
        else { return false }
        waiting[handle] = finish
        return true
    }

    /// Closes the connection, at whatever point it is; nothing is called afterwards.
    func close(_ handle: UnsafeMutableRawPointer) {
        waiting[handle] = nil
        curl_multi_remove_handle(multi, handle)
    }

    /// Watches a socket of libcurl's; a second call for the same one changes what is watched for.
    func watch(_ descriptor: curl_socket_t, for wanted: Readiness, _ handler: @escaping (Readiness) -> Void) {
        if let source = sources[descriptor] { return source.setInterest(wanted) }
        sources[descriptor] = loop.watch(descriptor, for: wanted, handler)
    }

    private func forget(_ descriptor: curl_socket_t) {
        sources.removeValue(forKey: descriptor)?.cancel()
    }

    // MARK: - What libcurl asks for

    private func setCallbacks() -> CURLMcode {
        ccurl_multi_set_callbacks(
            multi,
            { _, descriptor, interest, this, _ in
                CurlConnector.from(this)?.watch(descriptor, interest)
                return 0
            },
            { _, milliseconds, this in
                CurlConnector.from(this)?.wake(after: milliseconds)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// libcurl ends its own watch before it closes a socket; this ends ours, or the number could come back as another
    /// socket's with our watch still in place.
    private static let closeSocket: curl_closesocket_callback = { this, descriptor in
        CurlConnector.from(this)?.forget(descriptor)
        return Glibc.close(descriptor)
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> CurlConnector? {
        pointer.map { Unmanaged<CurlConnector>.fromOpaque($0).takeUnretainedValue() }
    }

    private func watch(_ descriptor: curl_socket_t, _ interest: Int32) {
        let wanted: Readiness
        switch interest {
        case CURL_POLL_IN: wanted = .readable
        case CURL_POLL_OUT: wanted = .writable
        case CURL_POLL_INOUT: wanted = [.readable, .writable]
        default: return forget(descriptor)
        }
        watch(descriptor, for: wanted) { [weak self] in self?.proceed(descriptor, $0) }
    }

    /// There is one timer at most; -1 asks for none.
    private func wake(after milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [weak self] in
            self?.proceed(CURL_SOCKET_TIMEOUT, [])
        }
    }

    // MARK: - What libcurl is told

    private func proceed(_ descriptor: curl_socket_t, _ readiness: Readiness) {
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if !readiness.isDisjoint(with: .failed) { events |= CURL_CSELECT_ERR }
        var count: Int32 = 0
        curl_multi_socket_action(multi, descriptor, events, &count)

        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = message.pointee.data.result  // the message is gone once its handle is removed
            waiting.removeValue(forKey: handle)?(result)
        }
    }
}
