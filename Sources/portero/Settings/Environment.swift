import FoundationEssentials

/// The variables that the program was started with: read here, and nowhere else.
struct Environment: Sendable {
    /// Where the text of a setting comes from.
    enum Source: Equatable, Sendable {
        case variable
        case file(String)
    }

    let variables: [String: String]

    /// The process's own.
    static var ofProcess: Environment { Environment(variables: ProcessInfo.processInfo.environment) }

    /// The text of `name`, or of the file that `name_FILE` names; both at once are a mistake.
    func text(of name: String) throws(Mistake) -> (text: String, source: Source)? {
        switch (variables[name], variables[name + "_FILE"]) {
        case (nil, nil): return nil
        case (let text?, nil): return (text, .variable)
        case (nil, let path?): return (try fileText(path, for: name), .file(path))
        case (_?, _?): throw Mistake(name, "is set, and so is \(name)_FILE; set one of them")
        }
    }

    /// What a file holds, without the line break that editors leave at its end.
    private func fileText(_ path: String, for name: String) throws(Mistake) -> String {
        let bytes: [UInt8]
        do {
            bytes = try wholeFile(path, atMost: 65_536)
        } catch {
            throw Mistake("\(name)_FILE", "names \(quoted(path)), which cannot be read: \(error.reason)")
        }
        guard var text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw Mistake("\(name)_FILE", "names \(quoted(path)), which is no UTF-8 text")
        }
        if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
        if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
        return text
    }
}

/// One thing that is wrong with the environment, in one line that names the variable.
struct Mistake: Error, Equatable, CustomStringConvertible {
    let variable: String
    let description: String

    init(_ variable: String, _ complaint: String) {
        self.variable = variable
        description = "\(variable) \(complaint)"
    }
}
