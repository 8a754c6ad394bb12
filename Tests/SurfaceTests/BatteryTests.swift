import Foundation
import Testing

/// docs/security.md says which test holds which item of the battery.
@Suite("The table of tests")
struct BatteryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private static let rows: [(items: ClosedRange<Int>, names: [String])] = {
        let page = (try? String(contentsOf: root.appending(path: "docs/security.md"), encoding: .utf8)) ?? ""
        return page.matches(of: /\n\| (\d+)(?:–(\d+))? \| [^|]+ \| ([^|]+) \|/).compactMap { row in
            guard let first = Int(row.1), let last = row.2.map({ Int($0) }) ?? first, first <= last else { return nil }
            return (first...last, row.3.matches(of: /`([^`]+)`/).map { String($0.1) })
        }
    }()

    @Test("It has every item of the battery once, in order")
    func items() {
        #expect(Self.rows.flatMap { Array($0.items) } == Array(1...99))
    }

    @Test("Every test that it names is there")
    func names() {
        let folder = Self.root.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let known = Set(
            (files?.allObjects ?? []).compactMap { ($0 as? URL)?.deletingPathExtension().lastPathComponent }
        )
        let named = Self.rows.flatMap(\.names).filter { !$0.hasPrefix("make ") }
        #expect(named.count > 150)
        #expect(Set(named).subtracting(known).sorted() == [])
    }
}
