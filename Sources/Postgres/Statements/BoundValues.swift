/// The values of one statement as libpq wants them: pointers, lengths and formats side by side.
///
/// Owned by a connection and filled anew for each statement, so that sending allocates nothing.
struct BoundValues: ~Copyable {
    private(set) var pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var lengths: UnsafeMutablePointer<Int32>
    /// All binary.
    private(set) var formats: UnsafeMutablePointer<Int32>
    private var capacity: Int

    init() {
        capacity = 16
        pointers = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        formats = .allocate(capacity: capacity)
        formats.initialize(repeating: 1, count: capacity)
    }

    deinit { release() }

    /// Points at the values inside `bytes`, which must stay where they are until they are sent.
    mutating func fill(from bytes: UnsafeRawBufferPointer, count: Int) {
        if count > capacity { grow(to: count) }
        var reader = SQLRecordReader(bytes)
        var index = 0
        while index < count, let record = reader.next() {
            guard case .value(_, let value) = record else { continue }
            pointers[index] = value?.baseAddress?.assumingMemoryBound(to: CChar.self)
            lengths[index] = Int32(truncatingIfNeeded: value?.count ?? 0)
            index += 1
        }
    }

    private mutating func grow(to count: Int) {
        release()
        capacity = count
        pointers = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        formats = .allocate(capacity: count)
        formats.initialize(repeating: 1, count: count)
    }

    private func release() {
        pointers.deallocate()
        lengths.deallocate()
        formats.deallocate()
    }
}
