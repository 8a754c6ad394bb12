import Foundation
import Testing

@Suite("Access tokens kept from fuzzing")
struct AccessTokenCorpusTests {
    @Test("What the fuzzer found worth keeping breaks no rule")
    func corpus() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appending(path: "Corpora/tokens")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 20)
        for file in files {
            let rule = AccessTokenEdge.brokenRule(for: Array(try Data(contentsOf: file)))
            #expect(rule == nil, "\(file.lastPathComponent)")
        }
    }
}
