package dev.ballast.clientaddress;

import java.util.List;

/// The elements of a list header, the last one first: what is farther left was written by others, and whatever
/// it holds, an open quotation mark included, must not change how this is read. Empty elements count for
/// nothing, and several lines are one list (RFC 9110, 5.3).
final class Hops {
    /// Characters looked at. Thirty addresses with ports fit; the server itself takes headers of 16 KiB.
    private static final int READ_LIMIT = 4_096;

    private final List<String> lines;
    private int line;
    private int end; // of what is left of the line
    private int left = READ_LIMIT;
    private int elementBegin;
    private int elementEnd;

    Hops(List<String> lines) {
        this.lines = lines;
        this.line = lines.size();
        this.end = -1;
    }

    /// What became of a step to the left.
    enum Step {
        ELEMENT,
        NO_MORE,
        /// a quotation mark without its other one, or more than is read
        UNREADABLE
    }

    Step next() {
        while (true) {
            if (end < 0) {
                if (line == 0) {
                    return Step.NO_MORE;
                }
                line--;
                end = text().length();
            }
            int begin = beginOfElement();
            if (begin < 0) {
                return Step.UNREADABLE;
            }
            trim(begin);
            end = begin - 1; // the comma, or -1 at the line's begin
            if (elementBegin < elementEnd) {
                return Step.ELEMENT;
            }
        }
    }

    /// The line that the element lies in.
    String text() {
        return lines.get(line);
    }

    int begin() {
        return elementBegin;
    }

    int end() {
        return elementEnd;
    }

    /// The place after the last comma that is not quoted; -1 where it cannot be told.
    private int beginOfElement() {
        String text = text();
        boolean quoted = false;
        int at = end;
        while (at > 0) {
            char c = text.charAt(at - 1);
            if (c == ',' && !quoted) {
                return at;
            }
            if (c == '"' && !isEscaped(text, at - 1)) {
                quoted = !quoted;
            }
            if (--left < 0) {
                return -1;
            }
            at--;
        }
        return quoted ? -1 : 0;
    }

    private boolean isEscaped(String text, int quote) {
        int at = quote;
        while (at > 0 && text.charAt(at - 1) == '\\' && left-- > 0) {
            at--;
        }
        return (quote - at) % 2 == 1;
    }

    private void trim(int begin) {
        String text = text();
        elementBegin = begin;
        elementEnd = end;
        while (elementBegin < elementEnd && isBlank(text.charAt(elementBegin))) {
            elementBegin++;
        }
        while (elementEnd > elementBegin && isBlank(text.charAt(elementEnd - 1))) {
            elementEnd--;
        }
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
