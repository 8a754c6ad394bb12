import Foundation
import Support
import Testing

@testable import portero

@Suite("What keeps the program from its work is said in one line, with an exit code")
struct StartFailureTests {
    @Test(
        "A database that cannot be reached: 69, with the reason",
        arguments: ["serve", "migrate", "migrate --status", "admin create --email a@b.example --name N"]
    )
    func unreachable(_ command: String) async throws {
        try await expectFailure(command, "postgresql://ana:hunter2@127.0.0.1:1/auth", 69, "Connection refused")
    }

    @Test("A database, a host or a socket that does not exist: 69")
    func missing() async throws {
        let cluster = try ScratchDatabase.clusterURL()
        try await expectFailure("serve", cluster + "&dbname=nowhere", 69, #"database "nowhere" does not exist"#)
        try await expectFailure("serve", "postgresql:///auth?host=/nowhere", 69, "No such file or directory")
        try await expectFailure("serve", "postgresql://portero.invalid/auth", 69, "database")
    }

    @Test("A wrong password: 69, and the password is not repeated")
    func wrongPassword() async throws {
        try await ScratchCluster.with { cluster in
            _ = try psql(cluster.url, "CREATE ROLE ana LOGIN PASSWORD 'right'")
            let loaded = try psql(cluster.url, "SELECT pg_conf_load_time()")
            let rules =
                "COPY (VALUES ('local all portero_owner trust'), ('local all all scram-sha-256')) TO "
            _ = try psql(
                cluster.url,
                "DO $$ BEGIN EXECUTE format('\(rules.replacing("'", with: "''"))%L', current_setting('hba_file')); END $$"
            )
            _ = try psql(cluster.url, "SELECT pg_reload_conf()")
            while try psql(cluster.url, "SELECT pg_conf_load_time()") == loaded {
                try await Task.sleep(for: .milliseconds(5))
            }
            let url = "postgresql://ana:hunter2@/postgres?host=\(cluster.socketDirectory)"
            try await expectFailure("serve", url, 69, #"password authentication failed for user "ana""#)
        }
    }

    @Test(
        "A history that is not this program's: 78, for trying again mends nothing",
        arguments: [
            (
                "INSERT INTO portero.migrations VALUES (999, 'future', 'x')",
                "the database is newer than this program: it has migration 999 (future)"
            ),
            (
                "UPDATE portero.migrations SET checksum = 'x' WHERE number = 3",
                "migration 3 (organizations) was changed after it was applied"
            ),
            ("DELETE FROM portero.migrations WHERE number = 2", "migration 2 (people) was never applied"),
        ]
    )
    func strangeHistory(_ change: String, _ complaint: String) async throws {
        try await withScratchDatabase { scratch, _ in
            try await withScratchFolder { place in
                #expect(try await run(["migrate"], in: place, scratch.url).status == 0)
                _ = try psql(scratch.url, change)
                for command in ["serve", "migrate", "migrate --status", "migrate --dry-run"] {
                    try await expectFailure(command, scratch.url, 78, complaint)
                }
                let doctor = try await run(["doctor"], in: place, scratch.url)
                #expect(doctor.status == 1)
                #expect(doctor.output.contains(/FAILED +migrations +/))
                #expect(doctor.output.contains(complaint))
            }
        }
    }

    @Test("An Admin of a database that is not migrated: what to run first")
    func notMigrated() async throws {
        try await withScratchDatabase { scratch, _ in
            let command = "admin create --email a@b.example --name N"
            try await expectFailure(command, scratch.url, 1, "run portero migrate first")
        }
    }

    @Test("An address that another program listens on: 69")
    func occupiedPort() async throws {
        let other = try await SMTPCatcher()
        try await withScratchDatabase { scratch, _ in
            let line = try await expectFailure(
                "serve",
                scratch.url,
                69,
                "cannot listen on 127.0.0.1:\(other.port): Address already in use",
                ["PORTERO_LISTEN": "127.0.0.1:\(other.port)"]
            )
            #expect(!line.contains("migration"))
        }
        await other.stop()
    }

    @Test("DATABASE_URL without a secret: 78")
    func missingSecret() {
        let run = Run("serve", environment: ["DATABASE_URL": "postgresql://h/d"])
        #expect(run.status == 78)
        #expect(
            run.complaints
                == "portero: PORTERO_SECRET is required with DATABASE_URL; openssl rand -base64 32 makes one\n"
        )
    }

    /// Answers the line.
    @discardableResult
    private func expectFailure(
        _ command: String,
        _ database: String,
        _ status: Int32,
        _ complaint: String,
        _ settings: [String: String] = [:]
    ) async throws -> String {
        try await withScratchFolder { place in
            let words = command.split(separator: " ").map(String.init)
            let ended = try await run(words, in: place, database, settings)
            #expect(ended.status == status)
            // what was applied before is told as it happens
            let lines = ended.complaints.split(separator: "\n").filter { !$0.contains(": applied migration ") }
            #expect(lines.count == 1, "\(command): \(ended.complaints)")
            let line = String(lines.first ?? "")
            #expect(line.hasPrefix("portero: ") && line.contains(complaint))
            #expect(!line.contains("hunter2") && !line.contains("\t"))
            #expect(!ended.output.contains("portero ready"))
            return line
        }
    }
}
