import Glibc

/// Where the embedded cluster lives, and as whom.
struct ClusterSite: Equatable, Sendable {
    /// The folder of the cluster, resolved; it may not exist yet.
    let cluster: String
    /// The folder of its socket.
    let sockets: String
    let log: ServerLog
    /// Whom the server runs as; nil: as ourselves.
    let account: Account?

    /// What the socket's name adds to its folder.
    static let socketName = "/.s.PGSQL.5432"
    /// Bytes that the address of a unix socket holds, its end included.
    private static let longestSocket = 107

    /// Finds the cluster of a data directory, or decides where it is to be.
    ///
    /// Root's cluster runs as the user `postgres`, or as whoever owns it already. Where that user cannot reach the data
    /// directory, the cluster is kept below `refuge`, and a symbolic link in the data directory points there.
    static func choose(
        in directory: DataDirectory,
        refuge: String = "/var/lib/portero",
        saying say: (String) -> Void
    ) throws(Failure) -> ClusterSite {
        let link = "\(directory.path)/postgres"
        do {
            var status = stat()
            if stat(link, &status) == 0 {
                let account = try owner(status, of: link)
                return try settle(in: parentFolder(of: try resolved(link)), directory, account)
            }
            guard geteuid() == 0 else { return try settle(in: directory.path, directory, nil) }
            guard let account = Account(named: "postgres") else {
                throw Failure(
                    .unavailable,
                    "PostgreSQL refuses to run as root, and there is no user postgres to run it as"
                )
            }
            guard let obstacle = account.obstacle(to: directory.path) else {
                return try settle(in: directory.path, directory, account)
            }
            let base = try makeRefuge(below: refuge)
            unlink(link)
            guard symlink("\(base)/postgres", link) == 0 else { throw SystemFailure() }
            say(
                "\(obstacle) is closed to the user \(account.name): the database is kept in \(base), \(link) points there"
            )
            return try settle(in: base, directory, account)
        } catch let failure as SystemFailure {
            throw Failure(.unavailable, "no place for the database in \(directory.path): \(failure.reason)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.software, "\(error)")
        }
    }

    private static func owner(_ status: stat, of link: String) throws(Failure) -> Account? {
        let ownUser = geteuid()
        guard ownUser == 0 else {
            if status.st_uid == ownUser { return nil }
            let owner = Account(status.st_uid)?.name ?? "\(status.st_uid)"
            throw Failure(
                .unavailable,
                "\(link) belongs to the user \(owner): start portero as root, or with another PORTERO_DATA_DIR"
            )
        }
        guard status.st_uid != 0, let account = Account(status.st_uid) else {
            throw Failure(.unavailable, "\(link) must belong to a user other than root: chown -R postgres it")
        }
        return account
    }

    private static func settle(
        in base: String,
        _ directory: DataDirectory,
        _ account: Account?
    ) throws(SystemFailure) -> ClusterSite {
        let cluster = "\(base)/postgres"
        let user = account?.user ?? geteuid()
        let beside = "\(base)/socket"
        let fits = beside.utf8.count + socketName.utf8.count <= longestSocket
        let sockets = fits ? beside : "/tmp/portero-\(user)-\(fingerprint(of: cluster))"
        try makeFolder(sockets, mode: 0o700)
        var status = stat()
        if let account, lstat(sockets, &status) == 0, status.st_uid == geteuid() {
            lchown(sockets, account.user, account.group)
        }
        guard lstat(sockets, &status) == 0 else { throw SystemFailure() }
        // below /tmp, somebody else may have been there first
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == user, status.st_mode & 0o077 == 0 else {
            throw SystemFailure(EPERM)
        }
        return ClusterSite(
            cluster: cluster,
            sockets: sockets,
            log: ServerLog(path: "\(directory.path)/postgres.log"),
            account: account
        )
    }

    private static func makeRefuge(below folder: String) throws(SystemFailure) -> String {
        try makeFolder(folder, mode: 0o755)
        var template = Array("\(folder)/XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure() }
        let base = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(base, 0o711)
        return base
    }

    /// FNV-1a: a short name for a long path, the same each time.
    private static func fingerprint(of path: String) -> String {
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
