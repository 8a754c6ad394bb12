import Foundation
import Testing

/// The package as it lies on the disk.
enum House {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    static let manifest = Manifest(
        (try? String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)) ?? ""
    )

    /// A file, shown by its path in the package.
    struct File: Sendable, CustomTestStringConvertible {
        let url: URL

        var path: String { String(url.path.dropFirst(House.root.path.count).drop { $0 == "/" }) }
        var testDescription: String { path }

        func isIn(_ folders: String...) -> Bool {
            folders.contains { path.hasPrefix($0 + "/") }
        }
    }

    static func files(in folder: String, _ kinds: String...) -> [File] {
        let found = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (found?.allObjects as? [URL] ?? [])
            .filter { kinds.contains($0.pathExtension) }
            .map { File(url: $0.standardized) }
            .sorted { $0.path < $1.path }
    }
}
