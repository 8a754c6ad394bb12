/// Finds the endpoint of a path that has no captures: one hash, mostly one comparison, no allocation.
///
/// Open addressing in a table that is at most half full. The paths come from the source code, so nobody can choose ones
/// that collide.
struct PathTable: Sendable {
    private var slots: [Int32]
    private var paths: [[UInt8]] = []
    private var endpoints: [Int] = []
    private var longest = 0

    init(_ entries: [(path: [UInt8], endpoint: Int)]) {
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        for entry in entries {
            var slot = firstSlot(of: entry.path.span)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(paths.count)
            paths.append(entry.path)
            endpoints.append(entry.endpoint)
            longest = max(longest, entry.path.count)
        }
    }

    func endpoint(at path: Span<UInt8>) -> Int? {
        guard path.count <= longest else { return nil }
        var slot = firstSlot(of: path)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if Self.areEqual(paths[candidate], path) { return endpoints[candidate] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// FNV-1a, folded: good enough for a hundred paths and short to compute.
    private func firstSlot(of path: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in path.indices { hash = (hash ^ UInt64(path[index])) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
    }

    private static func areEqual(_ one: [UInt8], _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }
}
