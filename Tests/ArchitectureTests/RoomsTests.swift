import Foundation
import Testing

/// `Package.swift` is the only list of who may import whom.
///
/// The compiler does not hold it: a room can import whatever the rooms that it lists depend on.
@Suite("Rooms")
struct RoomsTests {
    /// What comes with the toolchain and may be imported anywhere; not Foundation, which brings 40 MB of ICU.
    private static let common: Set = ["Swift", "Synchronization", "FoundationEssentials", "Glibc"]
    private static let forTests: Set = ["Foundation", "Testing"]

    @Test("A room imports only what Package.swift gives it", arguments: House.manifest.rooms)
    func importsOnlyWhatItLists(_ room: Manifest.Room) throws {
        let outside = room.folder.hasPrefix("Tests/") ? Self.common.union(Self.forTests) : Self.common
        for file in House.files(in: room.folder, "swift") where owner(of: file) == room.name {
            let smuggled = try Set(SwiftSource(of: file.url).imports).subtracting(room.imports).subtracting(outside)
            #expect(smuggled.isEmpty, "\(file.path) imports \(smuggled.sorted().joined(separator: ", "))")
        }
    }

    @Test("What a room lists is there to be imported", arguments: House.manifest.rooms)
    func listsOnlyTargets(_ room: Manifest.Room) {
        #expect(room.imports.isSubset(of: House.manifest.everyTarget))
    }

    @Test("Every Swift file belongs to a room")
    func leavesNoFileOut() {
        let files = ["Sources", "Tests"].flatMap { House.files(in: $0, "swift") }
        #expect(files.count > 50)
        // What only `scripts/fuzz` compiles is in none.
        for file in files where !file.isIn("Tests/Fuzz") {
            #expect(owner(of: file) != nil, "\(file.path) is in no room of Package.swift")
        }
    }

    @Test("The rooms below the product do not know that it exists")
    func foundationsKnowNoProduct() {
        let product: Set = ["Domain", "Storage", "Services", "Mail"]
        for room in House.manifest.rooms where ["Reactor", "Postgres", "Cryptography", "HTTP"].contains(room.name) {
            #expect(room.imports.isDisjoint(with: product))
        }
    }

    @Test("A surface sees no other surface, no table and no connection")
    func surfacesStayApart() {
        for room in House.manifest.rooms where room.folder.hasPrefix("Sources/Surfaces/") {
            #expect(room.imports == ["Domain", "HTTP", "Services"])
        }
    }

    /// The room whose folder holds the file, the innermost where folders lie in each other.
    private func owner(of file: House.File) -> String? {
        House.manifest.rooms.filter { file.isIn($0.folder) }.max { $0.folder.count < $1.folder.count }?.name
    }
}

@Suite("Reading the manifest")
struct ManifestTests {
    @Test("Each form of a target is found, with what it imports and where it lies")
    func readsEveryForm() {
        let manifest = Manifest(
            """
            func surface(_ folder: String) -> Target {
                .target(name: "\\(folder)Surface", dependencies: ["Domain", "HTTP"], path: "Sources/Surfaces/\\(folder)")
            }
            .systemLibrary(name: "CCurl", pkgConfig: "libcurl"), .systemLibrary(name: "CCrypt"), .target(name: "CSystem"),
            room("Domain"), room("Mail", imports: ["CCurl", "Domain"]),  // room("Comment")
            surface("Escape"),
            .target(
                name: "Support",
                dependencies: ["Mail"],
                path: "Tests/Support"
            ),
            .executableTarget(name: "program", dependencies: [
                "Mail", "EscapeSurface",
            ]),
            tests("MailTests", for: ["Mail", "Support"]), tests("EmptyTests", for: []),
            """
        )
        let found = manifest.rooms.map { "\($0.name) in \($0.folder): \($0.imports.sorted().joined(separator: " "))" }
        #expect(
            found == [
                "Domain in Sources/Domain: ", "Mail in Sources/Mail: CCurl Domain",
                "EscapeSurface in Sources/Surfaces/Escape: Domain HTTP", "MailTests in Tests/MailTests: Mail Support",
                "EmptyTests in Tests/EmptyTests: ", "Support in Tests/Support: Mail",
                "program in Sources/program: EscapeSurface Mail",
            ]
        )
        #expect(manifest.libraries == ["CCurl", "CCrypt", "CSystem"])
    }

    @Test("The real one has as many rooms as a house must have")
    func readsTheRealOne() {
        let names = Set(House.manifest.rooms.map(\.name))
        #expect(House.manifest.rooms.count == names.count, "a target is found twice")
        #expect(names.count >= 18)
        #expect(House.manifest.libraries.count >= 8)
        #expect(names.isSuperset(of: ["Domain", "Postgres", "EscapeRoomSurface", "portero", "Support", "MailTests"]))
    }
}
