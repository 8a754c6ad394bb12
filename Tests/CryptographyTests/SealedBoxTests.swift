import Cryptography
import Testing

@Suite("Sealed box")
struct SealedBoxTests {
    private static let key = SecureRandom.bytes(32)
    private let box = SealedBox(key: key)

    /// The ciphertext and tag are those of Python's `cryptography`, over the version byte and "context".
    @Test("A message that another implementation sealed opens")
    func interoperation() {
        let box = SealedBox(key: Array(0..<32))
        let sealed = [1] + Array(100..<112) + hex("3c73bb46148c25ed5f053aec11f1c7db4425652a96c1f4fa6e980d")
        #expect(box.open(sealed, authenticating: utf8("context")) == utf8("the message"))
    }

    @Test("What is sealed opens, of every size", arguments: [0, 1, 15, 16, 17, 1000])
    func roundTrip(size: Int) {
        let message = SecureRandom.bytes(size)
        let sealed = box.seal(message, authenticating: [1, 2, 3])
        #expect(sealed.count == size + SealedBox.overhead)
        #expect(box.open(sealed, authenticating: [1, 2, 3]) == message)
    }

    @Test("The same message is sealed differently each time")
    func freshNonces() {
        #expect(Set((0..<100).map { _ in box.seal([1, 2, 3]) }).count == 100)
    }

    @Test("A change of any bit keeps it shut")
    func tampering() {
        let sealed = box.seal(utf8("the message"))
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(box.open(changed) == nil)
        }
    }

    @Test("It opens beside its own context only, and only whole")
    func contextAndLength() {
        let sealed = box.seal(utf8("the message"), authenticating: [1])
        #expect(box.open(sealed, authenticating: [2]) == nil)
        #expect(box.open(sealed) == nil)
        #expect(box.open([]) == nil)
        for size in 0..<sealed.count {
            #expect(box.open(Array(sealed.prefix(size)), authenticating: [1]) == nil)
        }
    }

    @Test("Any key of the ring opens, the first one seals")
    func rotation() {
        let newest = SecureRandom.bytes(32)
        let rotated = SealedBox(keys: [newest, Self.key])
        #expect(rotated.open(box.seal([1, 2])) == [1, 2])
        #expect(SealedBox(key: newest).open(rotated.seal([3])) == [3])
        #expect(box.open(rotated.seal([4])) == nil)
    }
}
