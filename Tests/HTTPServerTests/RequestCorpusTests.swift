import Foundation
import Testing

@Suite("Requests kept from fuzzing")
struct RequestCorpusTests {
    @Test("What the fuzzer found worth keeping breaks no rule")
    func corpus() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appending(path: "Corpora/requests")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 20)
        for file in files {
            let rule = RequestEdge.brokenRule(for: Array(try Data(contentsOf: file)))
            #expect(rule == nil, "\(file.lastPathComponent)")
        }
    }

    @Test("What careful servers refuse, and what they run, breaks no rule", arguments: acceptedVectors + refusedVectors)
    func vectors(_ vector: Vector) {
        #expect(RequestEdge.brokenRule(for: vector.bytes) == nil)
    }
}
