import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON, since Java brings none along. Objects are maps, arrays are lists, whole numbers are {@code Long}, other numbers are
 * {@code Double}; text, booleans and null are themselves.
 */
final class Json {
    /** The text is not JSON. */
    static final class Malformed extends Exception {
        Malformed(String what, int at) {
            super(what + " at " + at);
        }
    }

    /** Far deeper than any todo, far less deep than the stack. */
    private static final int DEEPEST = 64;

    private final String text;
    private int at = 0;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) throws Malformed {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at < text.length()) throw json.malformed("something follows");
        return value;
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private Object value(int depth) throws Malformed {
        if (depth > DEEPEST) throw malformed("too deep");
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws Malformed {
        Map<String, Object> object = new LinkedHashMap<>();
        at++;
        if (follows('}')) return object;
        do {
            skipSpace();
            String key = string();
            if (!follows(':')) throw malformed("a colon is missing");
            object.put(key, value(depth + 1));
        } while (follows(','));
        if (!follows('}')) throw malformed("an object does not end");
        return object;
    }

    private List<Object> array(int depth) throws Malformed {
        List<Object> array = new ArrayList<>();
        at++;
        if (follows(']')) return array;
        do {
            array.add(value(depth + 1));
        } while (follows(','));
        if (!follows(']')) throw malformed("an array does not end");
        return array;
    }

    private String string() throws Malformed {
        if (peek() != '"') throw malformed("text is missing");
        at++;
        StringBuilder string = new StringBuilder();
        while (peek() != '"') {
            char next = text.charAt(at++);
            if (next < ' ') throw malformed("a bare control character");
            string.append(next == '\\' ? escape() : next);
        }
        at++;
        return string.toString();
    }

    private char escape() throws Malformed {
        char kind = peek();
        at++;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw malformed("an unknown escape");
        };
    }

    private char unicode() throws Malformed {
        int code = 0;
        for (int turn = 0; turn < 4; turn++) {
            char letter = peek();
            int digit = letter < 128 ? Character.digit(letter, 16) : -1;
            if (digit < 0) throw malformed("four hexadecimal digits are missing");
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private Object word(String word, Object value) throws Malformed {
        if (!text.startsWith(word, at)) throw malformed("an unknown word");
        at += word.length();
        return value;
    }

    private Object number() throws Malformed {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        String number = text.substring(start, at);
        if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) throw malformed("not a value");
        try {
            return Long.valueOf(number);
        } catch (NumberFormatException notWholeOrTooLong) {
            return Double.valueOf(number);
        }
    }

    private boolean follows(char wanted) {
        skipSpace();
        boolean there = at < text.length() && text.charAt(at) == wanted;
        if (there) at++;
        return there;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private char peek() throws Malformed {
        if (at >= text.length()) throw malformed("the text ends too early");
        return text.charAt(at);
    }

    private Malformed malformed(String what) {
        return new Malformed(what, at);
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> object) {
            String between = "{";
            for (Map.Entry<?, ?> field : object.entrySet()) {
                out.append(between);
                quote(field.getKey().toString(), out);
                out.append(": ");
                write(field.getValue(), out);
                between = ", ";
            }
            out.append(object.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> array) {
            String between = "[";
            for (Object element : array) {
                out.append(between);
                write(element, out);
                between = ", ";
            }
            out.append(array.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            quote(string, out);
        } else {
            out.append(value);
        }
    }

    private static void quote(String string, StringBuilder out) {
        out.append('"');
        for (int index = 0; index < string.length(); index++) {
            char letter = string.charAt(index);
            switch (letter) {
                case '"', '\\' -> out.append('\\').append(letter);
                case '\n' -> out.append("\\n");
                default -> {
                    // A surrogate may be without its partner, and then it has no UTF-8: escaped, it survives.
                    if (letter < ' ' || Character.isSurrogate(letter)) out.append(String.format("\\u%04x", (int) letter));
                    else out.append(letter);
                }
            }
        }
        out.append('"');
    }
}
