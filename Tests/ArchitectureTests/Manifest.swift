import Foundation
import Testing

/// `Package.swift` as the list of who may import whom.
struct Manifest: Sendable {
    /// A target with Swift sources.
    struct Room: Sendable, CustomTestStringConvertible {
        let name: String
        let folder: String
        let imports: Set<String>

        var testDescription: String { name }
    }

    let rooms: [Room]
    /// The C libraries, and the C targets that have no sources but C.
    let libraries: Set<String>

    /// Reads the forms that our manifest uses; whoever adds another one teaches it here.
    init(_ text: String) {
        let text = text.replacing(/\/\/.*/, with: "")
        let surfaceImports = text.firstMatch(of: /func surface\([\s\S]*?dependencies: \[([^\]]*)\]/)?.1 ?? ""
        rooms =
            text.matches(of: /room\(\s*"(\w+)"(?:,\s*imports: \[([^\]]*)\])?/).map { match in
                Room(String(match.1), in: "Sources/\(match.1)", importing: match.2)
            }
            + text.matches(of: /surface\(\s*"(\w+)"/).map { match in
                Room("\(match.1)Surface", in: "Sources/Surfaces/\(match.1)", importing: surfaceImports)
            }
            + text.matches(of: /tests\(\s*"(\w+)",\s*for: \[([^\]]*)\]/).map { match in
                Room(String(match.1), in: "Tests/\(match.1)", importing: match.2)
            }
            + text.matches(
                of: /\.(?:executableT|t)arget\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\](?:,\s*path: "([^"]+)")?/
            )
            .map { match in
                Room(String(match.1), in: match.3.map(String.init) ?? "Sources/\(match.1)", importing: match.2)
            }
        libraries = Set(text.matches(of: /\.(?:systemLibrary|target)\(name: "(\w+)"[,)]/).map { String($0.1) })
    }

    var everyTarget: Set<String> { libraries.union(rooms.map(\.name)) }
}

extension Manifest.Room {
    fileprivate init(_ name: String, in folder: String, importing list: Substring?) {
        self.init(name: name, folder: folder, imports: Set((list ?? "").matches(of: /"(\w+)"/).map { String($0.1) }))
    }
}
