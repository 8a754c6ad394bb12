import COpenSSL

/// The arithmetic of P-256 that makes a key pair out of a seed.
final class P256Curve {
    private let group: OpaquePointer

    init() {
        group = P256Curve.required(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1))
    }

    deinit {
        EC_GROUP_free(group)
    }

    /// A private key of 32 bytes in 1 ..< n.
    ///
    /// 48 bytes are reduced, 128 bits more than needed, so that no key is noticeably likelier than another.
    func scalar(from seed: [UInt8]) -> [UInt8] {
        let wide = HKDF.expand(HMACSHA256(key: seed), info: Array("P-256 scalar".utf8), count: 48)
        let order = P256Curve.required(EC_GROUP_get0_order(group))
        let context = BN_CTX_new()
        let number = BN_bin2bn(wide, Int32(wide.count), nil)
        let bound = BN_dup(order)
        defer {
            BN_clear_free(number)
            BN_free(bound)
            BN_CTX_free(context)
        }
        var scalar = [UInt8](repeating: 0, count: 32)
        let isReduced =
            BN_sub_word(bound, 1) == 1
            && BN_div(nil, number, number, bound, context) == 1
            && BN_add_word(number, 1) == 1
            && BN_bn2binpad(number, &scalar, 32) == 32
        precondition(isReduced, "out of memory")
        return scalar
    }

    /// The uncompressed point: 4, then x and y.
    func publicPoint(of scalar: [UInt8]) -> [UInt8] {
        let number = BN_bin2bn(scalar, Int32(scalar.count), nil)
        let point = EC_POINT_new(group)
        defer {
            BN_clear_free(number)
            EC_POINT_free(point)
        }
        var bytes = [UInt8](repeating: 0, count: 65)
        let isMultiplied =
            EC_POINT_mul(group, point, number, nil, nil, nil) == 1
            && EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, bytes.count, nil) == bytes.count
        precondition(isMultiplied, "out of memory")
        return bytes
    }

    /// The caller frees the key.
    ///
    /// OpenSSL reads it as an ECPrivateKey of RFC 5915: version, private key, the curve's name, public key.
    func makeKey(scalar: [UInt8], point: [UInt8]) -> OpaquePointer {
        let curveName: [UInt8] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
        let body =
            [0x02, 0x01, 0x01] + [0x04, 0x20] + scalar + [0xa0, 0x0a] + curveName
            + [0xa1, 0x44, 0x03, 0x42, 0x00] + point
        let der = [0x30, UInt8(body.count)] + body
        return der.withUnsafeBufferPointer { der in
            var start = der.baseAddress
            return P256Curve.required(d2i_PrivateKey(EVP_PKEY_EC, nil, &start, der.count))
        }
    }

    private static func required(_ pointer: OpaquePointer?) -> OpaquePointer {
        guard let pointer else { preconditionFailure("out of memory") }
        return pointer
    }
}
