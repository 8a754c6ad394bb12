/// The names of one object's members, looked at for two that are the same once their escapes are read.
///
/// Readers disagree on which of two equal names counts, so a text that has them would mean one thing to us and another
/// to whoever checked it before.
struct JSONNames {
    let bytes: [UInt8]
    let nodes: [JSONNode]
    let object: Int
    let count: Int

    /// Up to this many names, comparing each with each is cheaper than hashing.
    private static let smallCount = 12

    /// The offset of the first name that has been there before.
    func firstDuplicate() -> Int? {
        count <= Self.smallCount ? firstDuplicateByComparing() : firstDuplicateByHashing()
    }

    private func firstDuplicateByComparing() -> Int? {
        var later = nextName(after: object + 1)
        while later < end {
            var earlier = object + 1
            while earlier < later {
                if areEqual(nodes[earlier], nodes[later]) { return nodes[later].range.lowerBound - 1 }
                earlier = nextName(after: earlier)
            }
            later = nextName(after: later)
        }
        return nil
    }

    /// `Hasher` is seeded at random for each process, so nobody can choose names that collide.
    private func firstDuplicateByHashing() -> Int? {
        var seen = Set<Name>(minimumCapacity: count)
        var name = object + 1
        while name < end {
            guard seen.insert(Name(bytes: content(of: nodes[name]))).inserted else {
                return nodes[name].range.lowerBound - 1
            }
            name = nextName(after: name)
        }
        return nil
    }

    private var end: Int { Int(nodes[object].next) }

    private func nextName(after name: Int) -> Int { Int(nodes[name + 1].next) }

    private func areEqual(_ one: JSONNode, _ other: JSONNode) -> Bool {
        guard one.isMarked || other.isMarked else {
            return one.range.count == other.range.count && bytes[one.range] == bytes[other.range]
        }
        return content(of: one) == content(of: other)
    }

    private func content(of name: JSONNode) -> ArraySlice<UInt8> {
        name.isMarked ? JSONText.unescaped(bytes[name.range])[...] : bytes[name.range]
    }

    /// A name compared by its bytes: as `String`s, composed and decomposed spellings would be one.
    private struct Name: Hashable {
        let bytes: ArraySlice<UInt8>

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }
}
