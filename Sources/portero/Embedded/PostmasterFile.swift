import FoundationEssentials
import Glibc

/// What a running server writes into its cluster about itself (`postmaster.pid`).
struct PostmasterFile: Equatable, Sendable {
    enum Status: Equatable, Sendable {
        case starting, ready, stopping
    }

    let process: pid_t
    let port: Int
    let sockets: String
    let status: Status

    /// Reads the file; nil where there is none.
    init?(of cluster: String) {
        guard let bytes = try? wholeFile("\(cluster)/postmaster.pid", atMost: 4096) else { return nil }
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed() }
        guard let process = Int32(lines[0]), process > 0 else { return nil }
        self.process = process
        guard lines.count >= 8, let port = Int(digits: lines[3]) else {
            (self.port, sockets, status) = (0, "", .starting)  // not written to its end
            return
        }
        self.port = port
        sockets = lines[4]
        switch lines[7] {
        case "ready", "standby": status = .ready
        case "stopping": status = .stopping
        default: status = .starting
        }
    }

    /// Whether the process works in the cluster's folder, as a server does: else its id has been given to another.
    func isServer(of cluster: String) -> Bool {
        Self.worksIn("\(process)", cluster)
    }

    /// Whether any process works in the cluster's folder: a server, or what one has left behind.
    static func anyoneWorks(in cluster: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.contains { Int(digits: $0) != nil && worksIn($0, cluster) }
    }

    private static func worksIn(_ process: String, _ cluster: String) -> Bool {
        var place = stat()
        var folder = stat()
        return stat("/proc/\(process)/cwd", &place) == 0 && stat(cluster, &folder) == 0
            && place.st_ino == folder.st_ino && place.st_dev == folder.st_dev
    }
}
