/// Lets so many in at once; the others wait in line.
package actor Turnstile {
    private var free: Int
    private var line: [CheckedContinuation<Void, Never>] = []

    package init(places: Int) {
        free = places
    }

    package func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { line.append($0) }
    }

    package func leave() {
        if line.isEmpty { free += 1 } else { line.removeFirst().resume() }
    }
}
