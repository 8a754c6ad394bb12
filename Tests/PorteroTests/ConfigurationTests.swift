import Foundation
import Mail
import Testing

@testable import portero

@Suite("Configuration")
struct ConfigurationTests {
    @Test("All mistakes come at once, a line each")
    func reportsAllMistakes() {
        let environment = Environment(variables: [
            "PORTERO_BCRYPT_COST": "9", "PORTERO_LISTEN": "nowhere", "PORTERO_WORKER": "2", "PORTERO_SECRET": "short",
            "PORTERO_CORS_ORIGINS": "*",
        ])
        #expect(
            mistakes(in: environment).map(\.description) == [
                """
                PORTERO_SECRET got a secret of 5 bytes; it takes random text of at least 32 bytes \
                (openssl rand -base64 32); several separated by commas
                """,
                """
                PORTERO_LISTEN got "nowhere"; it takes an address and a port, such as 127.0.0.1:8000 or [::]:8000, or off
                """,
                #"PORTERO_BCRYPT_COST got "9"; it takes a whole number from 10 to 16"#,
                """
                PORTERO_CORS_ORIGINS got "*", which lets pages of unknown sites in; it takes exact origins such as \
                https://app.example.com, separated by commas
                """,
                "PORTERO_WORKER is no setting; did you mean PORTERO_WORKERS?",
            ]
        )
    }

    @Test("A variable that starts with PORTERO_ and is unknown is a mistake; others are nobody's business")
    func refusesUnknownNames() {
        #expect(mistakes(in: Environment(variables: ["PATH": "/bin", "PORTER": "x", "DATABASE": "y"])).isEmpty)
        let unknown = mistakes(in: Environment(variables: ["PORTERO_COLOUR_OF_THE_DOOR": "red"]))
        #expect(
            unknown.map(\.description) == ["PORTERO_COLOUR_OF_THE_DOOR is no setting; portero config lists them all"]
        )
    }

    @Test("What Kubernetes sets for a service that is named portero is no mistake")
    func toleratesServiceLinks() {
        let links = [
            "PORTERO_SERVICE_HOST": "10.0.0.7", "PORTERO_SERVICE_PORT": "8000", "PORTERO_SERVICE_PORT_HTTP": "8000",
            "PORTERO_PORT": "tcp://10.0.0.7:8000", "PORTERO_PORT_8000_TCP_ADDR": "10.0.0.7",
        ]
        #expect(mistakes(in: Environment(variables: links)).isEmpty)
    }

    @Test("DATABASE_URL requires a secret, and several replicas would not agree on a generated one")
    func requiresASecret() {
        let url = ["DATABASE_URL": "postgresql://h/d"]
        #expect(mistakes(in: Environment(variables: url)).map(\.variable) == ["PORTERO_SECRET"])
        let short = url.merging(["PORTERO_SECRET": "short"]) { $1 }
        #expect(mistakes(in: Environment(variables: short)).count == 1)
    }

    @Test("Two listeners cannot have one address, unless each gets a free port")
    func refusesSharedAddresses() {
        let shared = ["PORTERO_LISTEN": "127.0.0.1:9898"]
        #expect(
            mistakes(in: Environment(variables: shared)).map(\.description) == [
                "PORTERO_LISTEN_USUARIOS is 127.0.0.1:9898, and so is PORTERO_LISTEN; each takes an address of its own"
            ]
        )
        let free = ["PORTERO_LISTEN": "127.0.0.1:0", "PORTERO_METRICS": "127.0.0.1:0"]
        #expect(mistakes(in: Environment(variables: free)).isEmpty)
        let off = ["PORTERO_LISTEN": "off", "PORTERO_LISTEN_USUARIOS": "off", "PORTERO_METRICS": "off"]
        #expect(mistakes(in: Environment(variables: off)).isEmpty)
    }

    @Test("NAME_FILE reads the value from a file, without the line break at its end")
    func readsFiles() throws {
        try withFolder { folder in
            try Data("\(goodSecret)\r\n".utf8).write(to: folder.appending(path: "secret"))
            let path = folder.appending(path: "secret").path
            let configuration = try Configuration(reading: Environment(variables: ["PORTERO_SECRET_FILE": path]))
            #expect(configuration.secrets.map(\.text) == [goodSecret])
        }
    }

    @Test(
        "A file that cannot be read, is no text, or stands beside the variable is a mistake that repeats nothing of it"
    )
    func refusesFiles() throws {
        try withFolder { folder in
            let missing = mistakes(in: Environment(variables: ["PORTERO_SECRET_FILE": "/nowhere/secret"]))
            #expect(
                missing.map(\.description) == [
                    #"PORTERO_SECRET_FILE names "/nowhere/secret", which cannot be read: No such file or directory"#
                ]
            )
            let path = folder.appending(path: "file").path
            try Data([0xff, 0xfe]).write(to: URL(filePath: path))
            #expect(mistakes(in: Environment(variables: ["PORTERO_SECRET_FILE": path])).count == 1)
            try Data("root:x:0:0".utf8).write(to: URL(filePath: path))
            let wrong = mistakes(in: Environment(variables: ["PORTERO_BCRYPT_COST_FILE": path]))
            #expect(
                wrong.map(\.description) == [
                    "PORTERO_BCRYPT_COST got what \"\(path)\" holds; it takes a whole number from 10 to 16"
                ]
            )
            let both = ["PORTERO_BCRYPT_COST": "11", "PORTERO_BCRYPT_COST_FILE": path]
            #expect(
                mistakes(in: Environment(variables: both)).map(\.description) == [
                    "PORTERO_BCRYPT_COST is set, and so is PORTERO_BCRYPT_COST_FILE; set one of them"
                ]
            )
        }
    }

    @Test("No way of printing a configuration shows a secret")
    func neverPrintsSecrets() throws {
        let variables = [
            "DATABASE_URL": "postgresql://ana:hunter2@h/d", "PORTERO_SECRET": goodSecret,
            "PORTERO_SMTP_URL": "smtp://ana:hunter2@h",
        ]
        let environment = Environment(variables: variables)
        let configuration = try Configuration(reading: environment)
        var dumped = ""
        dump(configuration.secrets, to: &dumped)
        dump(configuration.mailServer, to: &dumped)
        for text in [
            "\(configuration.secrets)", String(reflecting: configuration.mailServer), dumped,
            configuration.report(for: environment),
        ] {
            #expect(!text.contains(goodSecret))
            #expect(!text.contains("hunter2"))
        }
        #expect(configuration.database?.uri.contains("hunter2") == true)
        #expect(configuration.mailServer?.sendsPasswordInClear == true)
    }

    @Test("The report shows each setting's effective value, where it comes from and what it means, in columns")
    func reports() throws {
        try withFolder { folder in
            let path = folder.appending(path: "cost").path
            try Data("12\n".utf8).write(to: URL(filePath: path))
            let environment = Environment(variables: ["PORTERO_BCRYPT_COST_FILE": path, "PORTERO_HASH_QUEUE": "7"])
            let report = try Configuration(reading: environment).report(for: environment)
            let lines = report.split(separator: "\n").map(String.init)
            let cells = lines.map { $0.split(separator: /\s\s+/, maxSplits: 3).map(String.init) }
            #expect(cells.map { $0[0] } == ["SETTING"] + Configuration.settings.map(\.name))
            #expect(cells.contains(["PORTERO_BCRYPT_COST", "12", "file \(path)", "cost of new bcrypt hashes"]))
            #expect(cells.contains { $0.prefix(3) == ["PORTERO_HASH_QUEUE", "7", "environment"] })
            #expect(cells.contains { $0.prefix(3) == ["PORTERO_REFRESH_GRACE", "10s", "default"] })
            let columns = lines.map {
                $0.distance(from: $0.startIndex, to: $0.firstRange(of: /\s\s+/)?.upperBound ?? $0.startIndex)
            }
            #expect(Set(columns).count == 1)
        }
    }

    @Test("docs/configuration.md holds exactly the table that the declarations make (portero config --markdown)")
    func isDocumented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let page = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        let table = page.split(separator: "\n").filter { $0.hasPrefix("| `PORTERO_") || $0.hasPrefix("| `DATABASE_") }
        let declared = Configuration.documentation.split(separator: "\n").dropFirst(2)
        #expect(table == Array(declared))
        for command in Command.all { #expect(page.contains("`\(command.usage)`")) }
    }
}

/// Lends a folder that is gone afterwards.
func withFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "portero-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
