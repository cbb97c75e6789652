import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON as the warehouse understands it. A value is null, a Boolean, a String, a BigDecimal, a List, or a Map in the order in which the keys
 * came.
 */
final class Json {
    private static final int DEEPEST = 50;
    private static final int MOST_DIGITS = 30;
    private static final int MOST_PLACES = 20;
    // Possessive: none of them may try again with less, and the longest of texts needs no stack.
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");

    /** What came can't be read; the message says why, to a person. */
    static final class Malformed extends Exception {
        Malformed(String what) {
            super(what);
        }
    }

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    static Object read(byte[] bytes) throws Malformed {
        String text;
        try {
            // `new String` would put a � where bytes are no UTF-8.
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException problem) {
            throw new Malformed("JSON is UTF-8");
        }
        Json reader = new Json(text);
        Object value = reader.value();
        if (reader.at < text.length()) throw reader.wrong("nothing more stands behind the value");
        return value;
    }

    private Object value() throws Malformed {
        blanks();
        Object value = bare();
        blanks();
        return value;
    }

    private Object bare() throws Malformed {
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return list();
            case '"':
                return string();
            default:
                if (word("null")) return null;
                if (word("true")) return true;
                if (word("false")) return false;
                return number();
        }
    }

    private Map<String, Object> object() throws Malformed {
        Map<String, Object> members = new LinkedHashMap<>();
        enter();
        blanks();
        if (!take('}')) {
            do {
                blanks();
                if (peek() != '"') throw wrong("a key in quotes is expected");
                String key = string();
                if (members.containsKey(key)) throw wrong("the key " + quoted(key) + " stands twice");
                blanks();
                if (!take(':')) throw wrong("a colon is expected");
                members.put(key, value());
            } while (take(','));
            if (!take('}')) throw wrong("a comma or } is expected");
        }
        depth--;
        return members;
    }

    private List<Object> list() throws Malformed {
        List<Object> items = new ArrayList<>();
        enter();
        blanks();
        if (!take(']')) {
            do items.add(value());
            while (take(','));
            if (!take(']')) throw wrong("a comma or ] is expected");
        }
        depth--;
        return items;
    }

    private void enter() throws Malformed {
        at++;
        if (++depth > DEEPEST) throw wrong("no more than " + DEEPEST + " lists and objects stand in one another");
    }

    private String string() throws Malformed {
        StringBuilder out = new StringBuilder();
        at++;
        while (!take('"')) {
            if (at == text.length()) throw wrong("a text has an end");
            char letter = text.charAt(at++);
            if (letter < ' ') throw wrong("a control character is escaped");
            out.append(letter == '\\' ? escape() : letter);
        }
        // A decoder of UTF-8 leaves no halves; only escapes can.
        if (out.chars().anyMatch(unit -> Character.isSurrogate((char) unit))
                && out.codePoints().anyMatch(point -> point >= 0xd800 && point <= 0xdfff)) {
            throw wrong("half a surrogate pair is no character");
        }
        return out.toString();
    }

    private char escape() throws Malformed {
        if (at == text.length()) throw wrong("a text has an end");
        char letter = text.charAt(at++);
        switch (letter) {
            case '"', '\\', '/':
                return letter;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                int code = 0;
                for (int turn = 0; turn < 4; turn++) {
                    char digit = peek();
                    int value = digit < 128 ? Character.digit(digit, 16) : -1;
                    if (value < 0) throw wrong("four hexadecimal digits follow \\u");
                    code = code * 16 + value;
                    at++;
                }
                return (char) code;
            default:
                throw wrong("there is no such escape");
        }
    }

    private BigDecimal number() throws Malformed {
        Matcher found = NUMBER.matcher(text).region(at, text.length());
        if (!found.lookingAt()) throw wrong("a value is expected");
        at = found.end();
        BigDecimal number;
        try {
            number = new BigDecimal(found.group());
        } catch (NumberFormatException problem) {
            throw wrong("the exponent of a number is out of range");
        }
        // Only counted here: written out, the number might not fit into memory.
        if ((long) number.precision() - number.scale() > MOST_DIGITS || number.scale() > MOST_PLACES) {
            throw wrong("a number has at most " + MOST_DIGITS + " digits, and " + MOST_PLACES + " behind the point");
        }
        return number;
    }

    private boolean word(String word) {
        if (!text.startsWith(word, at)) return false;
        at += word.length();
        return true;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    /** The next character, or U+FFFF, which begins nothing. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\uffff';
    }

    private boolean take(char letter) {
        if (at == text.length() || text.charAt(at) != letter) return false;
        at++;
        return true;
    }

    private Malformed wrong(String what) {
        return new Malformed(what + " (character " + (at + 1) + ")");
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof String text) {
            out.append(quoted(text));
        } else if (value instanceof BigDecimal number) {
            out.append(number.toPlainString());
        } else if (value instanceof List<?> items) {
            out.append('[');
            String between = "";
            for (Object item : items) {
                write(item, out.append(between));
                between = ", ";
            }
            out.append(']');
        } else if (value instanceof Map<?, ?> members) {
            out.append('{');
            String between = "";
            for (Map.Entry<?, ?> member : members.entrySet()) {
                out.append(between).append(quoted((String) member.getKey())).append(": ");
                write(member.getValue(), out);
                between = ", ";
            }
            out.append('}');
        } else {
            out.append(value); // null, true or false
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int index = 0; index < text.length(); index++) {
            char letter = text.charAt(index);
            if (letter == '"' || letter == '\\') out.append('\\').append(letter);
            else if (letter < ' ') out.append(String.format("\\u%04x", (int) letter));
            else out.append(letter);
        }
        return out.append('"').toString();
    }
}
