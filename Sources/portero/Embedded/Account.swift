import Glibc

/// A user of this machine that a process can run as.
struct Account: Equatable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t
    let groups: [gid_t]

    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.init(entry.pointee)
    }

    init?(_ user: uid_t) {
        guard let entry = getpwuid(user) else { return nil }
        self.init(entry.pointee)
    }

    private init(_ entry: passwd) {
        name = String(cString: entry.pw_name)
        user = entry.pw_uid
        group = entry.pw_gid
        var count: Int32 = 256
        var groups = [gid_t](repeating: 0, count: Int(count))
        getgrouplist(entry.pw_name, entry.pw_gid, &groups, &count)  // beyond 256 groups the rest is left out
        self.groups = Array(groups.prefix(Int(count)))
    }

    /// The outermost folder on the way to `path` (absolute, resolved), itself included, that the account may not enter.
    func obstacle(to path: String) -> String? {
        var folder = ""
        for name in path.split(separator: "/") {
            folder += "/\(name)"
            var status = stat()
            guard stat(folder, &status) == 0, mayEnter(status) else { return folder }
        }
        return nil
    }

    /// By the mode alone: where only an access list lets the account in, it counts as shut out.
    private func mayEnter(_ status: stat) -> Bool {
        if status.st_uid == user { return status.st_mode & S_IXUSR != 0 }
        if groups.contains(status.st_gid) { return status.st_mode & S_IXGRP != 0 }
        return status.st_mode & S_IXOTH != 0
    }
}
