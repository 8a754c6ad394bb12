/// The words that zxcvbn is to take for especially guessable: what it is given, whole and in pieces.
///
/// Of an address the part before the `@` counts; its domain is what many passwords and products have in common.
struct ContextWords {
    private static let maximumCount = 24
    private static let sizes = 3...64

    let words: [String]

    init(_ context: [String]) {
        var words: [String] = []
        for text in context.prefix(Self.maximumCount) where text.utf8.count <= 1024 {
            let whole = text.split(separator: "@", maxSplits: 1).first.map(String.init) ?? ""
            let pieces = whole.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            for word in [whole, pieces.joined()] + pieces where !words.contains(word) {
                guard Self.sizes.contains(word.utf8.count), !word.utf8.contains(0) else { continue }
                words.append(word)
            }
        }
        self.words = Array(words.prefix(Self.maximumCount))
    }

    /// Lends the words as C takes them: an array of strings that ends with a null pointer.
    func withCStrings<Result>(_ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for word in words {
            starts.append(bytes.count)
            bytes += word.utf8CString
        }
        return bytes.withUnsafeBufferPointer { bytes in
            var pointers: [UnsafePointer<CChar>?] = starts.map { start in bytes.baseAddress.map { $0 + start } }
            pointers.append(nil)
            return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
        }
    }
}
