import Foundation
import HTTP
import Testing

/// Compares our parser with Foundation's on texts that are nearly valid.
@Suite("JSON mutations")
struct JSONMutationTests {
    @Test("Where the rules agree, the same mutations of valid texts are read and refused as by Foundation")
    func agreesWithFoundation() throws {
        var random = SplitMix64(state: 2025)
        let seeds = Vectors.accepted.map(\.bytes).filter { $0.count < 200 }
        var read = 0
        for _ in 0..<30_000 {
            let bytes = mutated(try #require(seeds.randomElement(using: &random)), using: &random)
            #expect(JSONEdge.brokenRule(for: bytes) == nil)
            let ours = outcome(of: bytes)
            if ours == nil { read += 1 }
            guard rulesAgree(on: bytes, ours) else { continue }
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            #expect((ours == nil) == theirs, "\(String(decoding: bytes, as: UTF8.self)): \(String(describing: ours))")
        }
        // The comparison means something only if mutations are read as well as refused.
        #expect(read > 3000)
    }

    @Test("Strings read from mutated texts are those that Foundation reads")
    func readsWhatFoundationReads() throws {
        var random = SplitMix64(state: 7)
        for _ in 0..<5000 {
            let text = randomText(using: &random)
            let encoded = try JSONSerialization.data(withJSONObject: [text], options: [])
            let ours = try JSON.parse(Array(encoded)).elements?.first?.string
            #expect(ours.map { Array($0.utf8) } == Array(text.utf8))
            var writer = JSONWriter()
            writer.array { $0.element(text) }
            let theirs = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String]
            #expect(theirs?.first.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test("What the fuzzer found worth keeping breaks no rule")
    func corpus() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = tests.appending(path: "Corpora/json")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 20)
        for file in files { #expect(JSONEdge.brokenRule(for: Array(try Data(contentsOf: file))) == nil) }
    }

    private func outcome(of bytes: [UInt8]) -> JSONError.Reason? {
        do {
            _ = try JSON.parse(bytes)
            return nil
        } catch { return error.reason }
    }

    /// False for what Foundation takes and we do not, by intent, and for numbers, whose range Foundation limits.
    private func rulesAgree(on bytes: [UInt8], _ ours: JSONError.Reason?) -> Bool {
        switch ours {
        case .byteOrderMark, .nul, .duplicateName, .tooDeep, .tooManyValues: return false
        default: break
        }
        // UTF-16 and UTF-32 are recognised by NUL bytes and marks; a trailing comma is taken.
        guard !bytes.contains(0), !bytes.starts(with: [0xff]), !bytes.starts(with: [0xfe]),
            !bytes.starts(with: [0xef, 0xbb, 0xbf])
        else { return false }
        let dense = bytes.filter { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        let hasTrailingComma = zip(dense, dense.dropFirst()).contains { $0 == 0x2c && ($1 == 0x5d || $1 == 0x7d) }
        let hasLongNumber = dense.split { !($0 &- 0x30 < 10) }.contains { $0.count > 15 }
        return !hasTrailingComma && !hasLongNumber && !dense.contains { $0 == 0x65 || $0 == 0x45 }
    }

    private func mutated(_ seed: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        let alphabet = Array("[]{},:\"\\u0123456789abcdefDtrn.-+ \n".utf8) + [0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xed, 0xf4]
        var bytes = seed
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = alphabet.randomElement(using: &random) ?? 0
            default:
                let end = min(place + Int.random(in: 0...8, using: &random), bytes.count)
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }

    private func randomText(using random: inout SplitMix64) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            let limit: UInt32 = [0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &random) ?? 0x80
            // Foundation's reader drops noncharacters and marks here and there; they are in the tables.
            guard let scalar = Unicode.Scalar(UInt32.random(in: 1..<limit, using: &random)), scalar != "\u{feff}",
                scalar.value & 0xfffe != 0xfffe
            else { continue }
            text.append(scalar)
        }
        return String(text)
    }
}

/// A generator with a fixed start, so that a failure comes again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
