import CLibPQ
import Glibc
import Reactor

/// A name being looked up by the C library's own threads; we look now and then whether they are done.
final class Lookup {
    private let loop: EventLoop
    private let request: UnsafeMutablePointer<clibpq_lookup>
    private let hints: UnsafeMutablePointer<addrinfo>
    private let name: UnsafeMutablePointer<CChar>?

    init(_ name: String, on loop: EventLoop) {
        self.loop = loop
        self.name = strdup(name)
        hints = .allocate(capacity: 1)
        hints.initialize(to: addrinfo())
        hints.pointee.ai_socktype = Int32(SOCK_STREAM.rawValue)
        request = .allocate(capacity: 1)
        request.initialize(to: clibpq_lookup())
        request.pointee.name = UnsafePointer(self.name)
        request.pointee.hints = UnsafePointer(hints)
        var list: UnsafeMutablePointer<clibpq_lookup>? = request
        _ = clibpq_lookup_start(Int32(CLIBPQ_LOOKUP_NOWAIT), &list, 1, nil)
    }

    deinit {
        // only a loop that ended before its work was done gets here early: better lost than written to afterwards
        guard clibpq_lookup_status(request) != CLIBPQ_LOOKUP_IN_PROGRESS else { return }
        if let result = request.pointee.result { freeaddrinfo(result) }
        request.deallocate()
        hints.deallocate()
        free(name)
    }

    /// What was found, nothing when the name is unknown; nil while nobody knows.
    var addresses: [String]? {
        guard clibpq_lookup_status(request) != CLIBPQ_LOOKUP_IN_PROGRESS else { return nil }
        var found: [String] = []
        var next = request.pointee.result
        while let entry = next {
            var text = [UInt8](repeating: 0, count: Int(NI_MAXHOST))
            let status = text.withUnsafeMutableBytes { buffer in
                getnameinfo(
                    entry.pointee.ai_addr,
                    entry.pointee.ai_addrlen,
                    buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    socklen_t(buffer.count),
                    nil,
                    0,
                    NI_NUMERICHOST
                )
            }
            let address = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            if status == 0, !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }

    /// Wants no answer any more; the memory stays with the C library until it is done with it.
    func abandon() {
        guard clibpq_lookup_cancel(request) == CLIBPQ_LOOKUP_NOT_CANCELLED else { return }
        loop.schedule(after: .seconds(1)) { self.abandon() }
    }
}

/// Finds the addresses of the hosts that have names.
///
/// Names that are found make up for those that are not, or not in time.
final class HostResolution {
    private let loop: EventLoop
    private let hosts: [Host]
    private let lookups: [Lookup?]
    private let completion: ([Host]) -> Void
    private var timer: ScheduledTimer?
    private var looks = 0

    /// How often we look, and how often before slow names are left out.
    private static let pause = Duration.milliseconds(4)
    private static let patience = 125

    /// Calls `completion` later, unless cancelled, with those hosts that can be connected to.
    init(of hosts: [Host], on loop: EventLoop, completion: @escaping ([Host]) -> Void) {
        self.loop = loop
        self.hosts = hosts
        self.completion = completion
        lookups = hosts.map { $0.needsLookup ? Lookup($0.name, on: loop) : nil }
        look(after: lookups.contains { $0 != nil } ? Self.pause : .zero)
    }

    deinit { cancel() }

    func cancel() {
        timer?.cancel()
        lookups.forEach { $0?.abandon() }
    }

    private func look(after pause: Duration) {
        timer = loop.schedule(after: pause) { [unowned self] in look() }
    }

    private func look() {
        looks += 1
        var known: [Host] = []
        var isComplete = true
        for (host, lookup) in zip(hosts, lookups) {
            guard let lookup else {
                known.append(host)
                continue
            }
            guard let addresses = lookup.addresses else {
                isComplete = false
                continue
            }
            known += addresses.map { Host(name: host.name, address: $0, port: host.port) }
        }
        guard isComplete || looks > Self.patience && !known.isEmpty else { return look(after: Self.pause) }
        completion(known)
    }
}
