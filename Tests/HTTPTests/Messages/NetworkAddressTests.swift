import HTTP
import Testing

@Suite("Network addresses")
struct NetworkAddressTests {
    @Test(
        "Loopback is 127.0.0.0/8 and ::1, and nothing else",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("::1", true), ("::ffff:127.0.0.1", true),
            ("126.255.255.255", false), ("128.0.0.1", false), ("0.0.0.0", false), ("::", false), ("::2", false),
            ("fe80::1", false), ("192.168.1.7", false),
        ]
    )
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(NetworkAddress(text)).isLoopback == isLoopback)
    }

    @Test(
        "Addresses have one canonical text, whatever their spelling",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:0201", "192.0.2.1"),
            ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
            ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:db8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("2001:DB8::ABCD", "2001:db8::abcd"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("::1.2.3.4", "::102:304"), ("fe80::1", "fe80::1"),
            ("1:0:0:4:5:0:0:0", "1:0:0:4:5::"), ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
        ]
    )
    func canonicalTexts(_ text: String, _ canonical: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.description == canonical)
        #expect(NetworkAddress(canonical) == address)
    }

    @Test(
        "What is not exactly an address is refused",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4", "01.2.3.4", "1.2.3.04", "256.1.1.1", "1.2.3.-4",
            "1.2.3.+4", "1..2.3", "1.2.3.", ".1.2.3", "0x7f.0.0.1", "2130706433", "1.2.3.4:80", "[::1]", "::1%eth0",
            ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "12345::", "g::", "1:", ":1", "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "::1.2.3", "::1.2.3.256", "::01.2.3.4",
            "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::ffff:1.2.3.4/128", "localhost", "１.2.3.4",
            "1.2.3.4\0", "::ffff:999999", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
        ]
    )
    func refusesOtherTexts(_ text: String) { #expect(NetworkAddress(text) == nil) }

    @Test("An IPv4 address and its mapped form are one address")
    func mappedAddresses() throws {
        let plain = try #require(NetworkAddress("192.0.2.1"))
        #expect(NetworkAddress("::ffff:192.0.2.1") == plain)
        #expect(NetworkAddress(ipv4: 0xc000_0201) == plain)
        #expect(plain.ipv4 == 0xc000_0201)
        #expect(Set([plain, try #require(NetworkAddress("::ffff:c000:201"))]).count == 1)
        #expect(NetworkAddress("::c000:201")?.ipv4 == nil)
    }

    @Test("Limits count IPv4 addresses one by one, and IPv6 addresses by their /64")
    func networks() throws {
        #expect(NetworkAddress("192.0.2.1")?.network == NetworkAddress("192.0.2.1"))
        #expect(NetworkAddress("2001:db8:1:2:3:4:5:6")?.network == NetworkAddress("2001:db8:1:2::"))
        #expect(NetworkAddress("2001:db8:1:2::1")?.network != NetworkAddress("2001:db8:1:3::1")?.network)
    }

    @Test("Four and sixteen bytes are addresses, other numbers of bytes are not")
    func bytes() {
        #expect(NetworkAddress(bytes: [127, 0, 0, 1].span) == NetworkAddress("127.0.0.1"))
        let sixteen: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        #expect(NetworkAddress(bytes: sixteen.span) == NetworkAddress("2001:db8::1"))
        for count in [0, 1, 3, 5, 15, 17, 32] {
            #expect(NetworkAddress(bytes: [UInt8](repeating: 1, count: count).span) == nil)
        }
    }

    @Test(
        "A block contains the addresses that begin with its bits",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::a00:1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1/32", "192.0.2.1", true),
            ("192.0.2.128/25", "192.0.2.127", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false), ("::1", "::1", true), ("::1/128", "::2", false),
            ("2001:db8::/65", "2001:db8::7fff:0:0:0", true), ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
            ("2001:db8:0:1::/64", "2001:db8:0:1:8000::", true), ("2001:db8:0:1::/64", "2001:db8:0:2::", false),
            ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", true), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
            ("192.0.2.128/25", "192.0.2.200", true),
        ]
    )
    func blocks(_ block: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(CIDR(block)).contains(try #require(NetworkAddress(address))) == isInside)
    }

    @Test(
        "Blocks that do not say one thing are refused",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.1/8", "10.0.0/8",
            "10.0.0.0/8/8", "10.0.0.0/ 8", "2001:db8::/129", "2001:db8::1/64", "::/9999999999999999999", "x/8",
            "10.0.0.0/255.0.0.0", "/", "::/129", "a/8",
        ]
    )
    func refusedBlocks(_ text: String) { #expect(CIDR(text) == nil) }

    @Test(
        "A block may hold all of IPv4, which is more than its text shows",
        arguments: [
            ("0.0.0.0/0", true), ("::/0", true), ("::/64", true), ("::ffff:0:0/96", true), ("0.0.0.0/1", false),
            ("128.0.0.0/1", false), ("fd00::/8", false), ("2000::/3", false),
        ]
    )
    func holdingIPv4(_ text: String, _ holdsAll: Bool) throws {
        #expect(try #require(CIDR(text)).holdsAllOfIPv4 == holdsAll)
    }

    @Test("A block's text says what it is", arguments: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32", "0.0.0.0/0"])
    func blockTexts(_ text: String) { #expect(CIDR(text)?.description == text) }
}
