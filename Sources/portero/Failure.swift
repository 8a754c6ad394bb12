import Glibc

/// Why the program gives up, in one line, and what it exits with.
struct Failure: Error, Equatable, CustomStringConvertible {
    enum Kind: Int32 {
        case failed = 1
        case usage = 64
        case unavailable = 69
        case software = 70
        case configuration = 78
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
