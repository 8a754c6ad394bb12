/// Where libFuzzer comes in: `scripts/fuzz` compiles this with one edge at a time, which it names `FuzzedEdge`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let rule = FuzzedEdge.brokenRule(for: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError("this rule was broken: \(rule)")
    }
    return 0
}
