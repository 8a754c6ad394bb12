import CSystem
import Glibc
import HTTP

/// Owns the descriptor that connections are accepted from.
struct ListeningSocket: ~Copyable {
    /// As long as the kernel allows: what waits there costs little, and what finds no place is lost.
    private static let backlog: Int32 = 4096

    let descriptor: Int32
    let address: SocketAddress

    /// Listens from now on.
    ///
    /// - Parameters:
    ///   - wanted: where; port 0 is the kernel's choice.
    ///   - joins: whether a listener of ours is there already, with which the kernel then shares the connections out;
    ///     otherwise nobody may be.
    /// - Throws: `CannotListen`.
    init(at wanted: SocketAddress, joins: Bool) throws(CannotListen) {
        let opened = csystem_listen(
            wanted.host.high,
            wanted.host.low,
            wanted.port,
            joins ? 1 : 0,
            Self.backlog
        )
        guard opened >= 0 else { throw CannotListen(address: wanted, code: -opened) }
        let port = csystem_local_port(opened)
        guard let port = UInt16(exactly: port) else {
            close(opened)
            throw CannotListen(address: wanted, code: -port)
        }
        address = SocketAddress(wanted.host, port: port)
        descriptor = opened
    }

    deinit { close(descriptor) }

    enum Arrival {
        case connection(Int32, from: NetworkAddress)
        /// Nobody waits.
        case nobody
        /// Somebody waits, and there is no descriptor or memory to let them in.
        case exhausted
    }

    func accept() -> Arrival {
        var high: UInt64 = 0
        var low: UInt64 = 0
        let accepted = csystem_accept(descriptor, &high, &low)
        if accepted >= 0 { return .connection(accepted, from: NetworkAddress(high: high, low: low)) }
        switch -accepted {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
        default: return .nobody  // or one that failed while it waited, which the kernel has dropped
        }
    }
}

extension SocketAddress {
    /// Why nobody could listen here; nil where a server of ours could, or does.
    ///
    /// Loops share a port, which the kernel grants to one user's programs that all ask for it: so a running server of ours
    /// is no obstacle, and another program is. Nothing listens meanwhile, or a running server would lose connections to
    /// it.
    package func obstacle() -> CannotListen? {
        let bound = csystem_bind(host.high, host.low, port, 1)
        guard bound >= 0 else { return CannotListen(address: self, code: -bound) }
        close(bound)
        return nil
    }
}

/// The address is another program's, not this machine's, or not ours to take.
package struct CannotListen: Error, CustomStringConvertible {
    package let address: SocketAddress
    /// The kernel's `errno`.
    package let code: Int32

    package var reason: String { String(cString: strerror(code)) }

    package var description: String { "cannot listen on \(address): \(reason)" }
}
