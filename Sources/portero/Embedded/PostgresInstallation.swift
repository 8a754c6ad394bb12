import FoundationEssentials
import Glibc

/// The PostgreSQL server programs of this machine.
struct PostgresInstallation: Equatable, Sendable {
    /// The folder of `initdb` and `postgres`.
    let programs: String

    /// Finds the newest installation, or the one that made a cluster whose `PG_VERSION` says `version`.
    static func find(version: String?, searchPath: String?) throws(Failure) -> PostgresInstallation {
        let packaged = packagedVersions().filter { version == nil || $0 == version }.map {
            "/usr/lib/postgresql/\($0)/bin"
        }
        let others = (searchPath ?? "").split(separator: ":").map(String.init)
        guard let programs = (packaged + others).first(where: holdsServer) else {
            let wanted = version.map { "PostgreSQL \($0), which made the cluster," } ?? "PostgreSQL"
            throw Failure(
                .unavailable,
                "\(wanted) is not in /usr/lib/postgresql or PATH: install the package postgresql, or set DATABASE_URL"
            )
        }
        return PostgresInstallation(programs: programs)
    }

    /// Debian's, the newest first.
    private static func packagedVersions() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return names.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
    }

    private static func holdsServer(_ folder: String) -> Bool {
        ["initdb", "postgres"].allSatisfy { access("\(folder)/\($0)", X_OK) == 0 }
    }
}
