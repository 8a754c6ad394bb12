import Foundation

/// A Swift file taken apart as far as the rules need it: its code without comments and literals, and its literals.
///
/// What is interpolated into a literal is code, and may hold literals again.
struct SwiftSource: Sendable {
    private(set) var code = ""
    private(set) var literals: [String] = []

    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        characters = Array(text)
        scanCode(untilParenthesis: false)
    }

    init(of file: URL) throws {
        self.init(try String(contentsOf: file, encoding: .utf8))
    }

    /// The modules that it imports, whatever stands before or behind the word, and without their submodules.
    var imports: [String] {
        let kinds = "(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor) +)?"
        let modifiers = #"(?:@\w+(?:\([^)]*\))?\s+|(?:public|package|internal|fileprivate|private)\s+)*"#
        guard
            let pattern = try? Regex(
                "(?:^|;)[ \\t]*\(modifiers)import +\(kinds)(\\w+)",
                as: (Substring, Substring).self
            )
        else { return [] }
        return code.matches(of: pattern.anchorsMatchLineEndings()).map { String($0.output.1) }
    }

    /// Whether its code names this, as a whole word.
    func mentions(_ identifier: String) -> Bool {
        code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == identifier }
    }

    // MARK: - Scanning

    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while position < characters.count {
            switch characters[position] {
            case "/" where isNext("//"):
                skip { $0 != "\n" && $0 != "\r\n" }
            case "/" where isNext("/*"):
                skipBlockComment()
            case "\"":
                scanLiteral(hashes: 0)
            case "#":
                let hashes = characters[position...].prefix { $0 == "#" }.count
                if isNext("\"", at: position + hashes) {
                    position += hashes
                    scanLiteral(hashes: hashes)
                } else {
                    take()
                }
            case ")" where untilParenthesis && depth == 0:
                position += 1
                return
            case let character:
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                take()
            }
        }
    }

    private mutating func scanLiteral(hashes: Int) {
        let isLong = isNext("\"\"\"")
        let fence = String(repeating: "#", count: hashes)
        let end = (isLong ? "\"\"\"" : "\"") + fence
        let escape = "\\" + fence
        position += isLong ? 3 : 1
        var text = ""
        while position < characters.count, !isNext(end), isLong || !characters[position].isNewline {
            if isNext(escape + "(") {
                position += escape.count + 1
                code += " "
                scanCode(untilParenthesis: true)
                code += " "
                text += "\\(…)"
            } else if isNext(escape) {
                text += String(characters[position..<min(position + escape.count + 1, characters.count)])
                position += escape.count + 1
            } else {
                text.append(characters[position])
                position += 1
            }
        }
        if isNext(end) { position += end.count }
        code += " \"\" "
        literals.append(text)
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                position += 2
            } else if isNext("*/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < characters.count
    }

    private mutating func skip(while holds: (Character) -> Bool) {
        while position < characters.count, holds(characters[position]) { position += 1 }
    }

    private mutating func take() {
        code.append(characters[position])
        position += 1
    }

    private func isNext(_ text: String, at start: Int? = nil) -> Bool {
        let start = start ?? position
        return start < characters.count && characters[start...].starts(with: text)
    }
}
