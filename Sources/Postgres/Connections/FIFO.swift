/// A queue whose front is taken without moving the rest.
struct FIFO<Element> {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { elements.count == head }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 256, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// The first that fits the condition.
    mutating func popFirst(where condition: (Element) -> Bool) -> Element? {
        guard let index = elements[head...].firstIndex(where: condition) else { return nil }
        return index == head ? popFirst() : elements.remove(at: index)
    }

    /// Changes the element at the front.
    mutating func withFirst<Result>(_ body: (inout Element) -> Result) -> Result? {
        isEmpty ? nil : body(&elements[head])
    }

    /// Empties the queue and answers what was in it, in order.
    mutating func takeAll() -> ArraySlice<Element> {
        defer {
            elements = []
            head = 0
        }
        return elements[head...]
    }

    /// Takes out, in order, what fits the condition.
    mutating func remove(where condition: (Element) -> Bool) -> [Element] {
        let taken = elements[head...].filter(condition)
        guard !taken.isEmpty else { return [] }
        elements = elements[head...].filter { !condition($0) }
        head = 0
        return taken
    }

    func forEach(_ body: (Element) -> Void) {
        elements[head...].forEach(body)
    }
}
