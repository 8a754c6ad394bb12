// swift-tools-version: 6.2
import PackageDescription

/// Every room compiles under the same rules; none may opt out.
let houseRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A room is a library target that may import exactly the rooms it lists.
func room(_ name: String, imports rooms: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: rooms, swiftSettings: houseRules)
}

/// A surface is a room that speaks one HTTP contract over the shared services.
func surface(_ folder: String) -> Target {
    .target(
        name: "\(folder)Surface",
        dependencies: ["Domain", "HTTP", "Services"],
        path: "Sources/Surfaces/\(folder)",
        swiftSettings: houseRules
    )
}

func tests(_ name: String, for rooms: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: rooms, swiftSettings: houseRules)
}

let package = Package(
    name: "portero",
    targets: [
        // C libraries: a module map and what Swift cannot import by itself
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
        .target(name: "CHTTPParser"),
        .target(name: "CSystem"),

        // Rooms, from the bottom up
        room("Domain"),
        room("Limits"),
        room("Reactor", imports: ["CSystem"]),
        room("Postgres", imports: ["CLibPQ", "Reactor"]),
        room("Cryptography", imports: ["CArgon2", "CCrypt", "COpenSSL", "CZxcvbn"]),
        room("HTTP"),
        room("HTTPServer", imports: ["CHTTPParser", "CSystem", "HTTP", "Reactor"]),
        room("Mail", imports: ["CCurl", "Reactor"]),
        room("Storage", imports: ["Domain", "Postgres"]),
        room("Services", imports: ["Cryptography", "Domain", "Limits", "Mail", "Storage"]),
        surface("EscapeRoom"),
        surface("Ingeocimyc"),
        surface("Sesiones"),
        surface("SessionTracking"),
        surface("Usuarios"),

        // The migrations and the demo, compiled into the program
        .target(
            name: "Migrations",
            dependencies: ["Postgres"],
            path: "sql",
            exclude: ["tests"],
            sources: ["Migrations.swift"],
            resources: [.embedInCode("migrations"), .embedInCode("seed.sql")],
            swiftSettings: houseRules
        ),

        // The only room that sees all the others
        .executableTarget(
            name: "portero",
            dependencies: [
                "CSystem", "Cryptography", "Domain", "EscapeRoomSurface", "HTTP", "HTTPServer", "IngeocimycSurface",
                "Limits", "Mail", "Migrations", "Postgres", "Reactor", "Services", "SesionesSurface",
                "SessionTrackingSurface", "Storage", "UsuariosSurface",
            ],
            swiftSettings: houseRules
        ),

        // Tests; Support is what several of them share
        .target(
            name: "Support",
            dependencies: ["CSystem", "Postgres", "Reactor"],
            path: "Tests/Support",
            exclude: ["smtp-catcher.py", "stand-ins"],
            swiftSettings: houseRules
        ),
        tests("ArchitectureTests", for: []),
        tests("CryptographyTests", for: ["Cryptography"]),
        tests("HTTPServerTests", for: ["CHTTPParser", "CSystem", "HTTP", "HTTPServer", "Reactor", "Support"]),
        tests("HTTPTests", for: ["HTTP"]),
        tests("LimitsTests", for: ["Limits"]),
        tests("MailTests", for: ["Mail", "Reactor", "Support"]),
        tests(
            "PorteroTests",
            for: ["Cryptography", "HTTP", "HTTPServer", "Mail", "portero", "Postgres", "Reactor", "Support"]
        ),
        tests("PostgresTests", for: ["Postgres", "Reactor", "Support"]),
        tests("ReactorTests", for: ["Reactor", "Support"]),
        tests(
            "SurfaceTests",
            for: [
                "CSystem", "Cryptography", "Domain", "EscapeRoomSurface", "HTTP", "IngeocimycSurface", "Limits", "Mail",
                "Migrations", "Postgres", "Reactor", "Services", "SesionesSurface", "SessionTrackingSurface", "Storage",
                "Support", "UsuariosSurface", "portero",
            ]
        ),
    ],
    cxxLanguageStandard: .cxx17
)
