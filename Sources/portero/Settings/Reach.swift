import Domain
import HTTP
import HTTPServer

extension Configuration {
    /// Whether others than this machine may come: to a listener, or to a proxy before it.
    var isWithinReach: Bool {
        let host = URLParts(publicURL).flatMap { splitPort($0.authority)?.host.filter { !"[]".contains($0) } } ?? ""
        let isLocal = host == "localhost" || NetworkAddress(host)?.isLoopback == true
        return !isLocal || [listen, listenUsuarios].contains { $0?.host.isLoopback == false }
    }

    /// What is open where nobody said otherwise: where others may come, not the names by which proxies, containers and the
    /// machine itself speak to this server.
    var openDomains: OpenDomains {
        organizationDomains == .any && isWithinReach ? .dotted : organizationDomains
    }
}
