#pragma once

/// Finds the empty line that ends a head, and refuses what no line of a head may hold: a line break that is not CR LF, any
/// other control character but the tab, and a line that continues the one before it.
///
/// It is fed the bytes as they come and looks at each once.
class LineScanner {
public:
    enum class Found { nothing, end, error };

    /// Advances `at` past the end of the head, or to `end`.
    Found scan(const char *&at, const char *end) {
        for (; at != end; ++at) {
            const auto c = static_cast<unsigned char>(*at);
            switch (state) {
            case State::in_line:
                // Most bytes are these; the loop is what the time is spent in.
                while (is_text(static_cast<unsigned char>(*at)))
                    if (++at == end) return Found::nothing;
                if (*at != '\r') return Found::error;
                state = State::before_newline;
                break;
            case State::before_newline:
                if (c != '\n') return Found::error;
                state = State::line_start;
                break;
            case State::line_start:
                if (c == '\r') {
                    state = State::before_last_newline;
                } else if (!is_text(c) || c == ' ' || c == '\t') {
                    return Found::error;
                } else {
                    state = State::in_line;
                }
                break;
            case State::before_last_newline:
                if (c != '\n') return Found::error;
                ++at;
                return Found::end;
            }
        }
        return Found::nothing;
    }

private:
    enum class State { line_start, in_line, before_newline, before_last_newline };

    State state = State::line_start;

    static bool is_text(unsigned char c) { return (c >= ' ' && c != 127) || c == '\t'; }
};

/// Takes the opening line of a chunk as strictly as RFC 9112 writes it: one to sixteen hexadecimal digits and CR LF. No
/// extension is known here, and no client is known that sends one.
class ChunkLineScanner {
public:
    enum class Found { nothing, line, last, error };

    /// The next chunk's line begins with the CR LF that ends this one's data.
    void begin_after_data() { *this = ChunkLineScanner(State::data_cr); }

    ChunkLineScanner() : ChunkLineScanner(State::size) {}

    Found take(char c) {
        switch (state) {
        case State::data_cr: return step(c == '\r', State::data_newline);
        case State::data_newline: return step(c == '\n', State::size);
        case State::size:
            if (c == '\r') return step(digits > 0, State::newline);
            if (c != '0') is_zero = false;
            return step(is_hexadecimal(c) && ++digits <= 16, State::size);
        case State::newline:
            if (c != '\n') return Found::error;
            return is_zero ? Found::last : Found::line;
        }
        return Found::error;
    }

private:
    enum class State { data_cr, data_newline, size, newline };

    State state;
    int digits = 0;
    bool is_zero = true;

    explicit ChunkLineScanner(State state) : state(state) {}

    Found step(bool is_right, State next) {
        state = next;
        return is_right ? Found::nothing : Found::error;
    }

    static bool is_hexadecimal(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
};
