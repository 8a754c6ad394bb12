/// Memory that bytes are received into before anybody knows whose request they are; a listener's connections share it.
struct ReadBuffer: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    init() {
        bytes = .allocate(byteCount: 32 * 1024, alignment: 16)
    }

    deinit { bytes.deallocate() }
}
