import COpenSSL

/// Bytes that nobody can predict, from OpenSSL's generator of the calling thread.
package enum SecureRandom {
    /// Ends the process when the kernel has no randomness to give: nothing made without it would be safe.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            fill(output)
            initialized = count
        }
    }

    static func fill(_ output: UnsafeMutableBufferPointer<UInt8>) {
        let succeeded = RAND_bytes(output.baseAddress, Int32(output.count))
        precondition(succeeded == 1, "the system has no randomness")
    }
}
