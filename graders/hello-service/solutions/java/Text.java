import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as it travels: out of a query, and into JSON. */
final class Text {
    /** The text was not packed as a query is. */
    static final class Malformed extends Exception {
        Malformed(String what) {
            super(what);
        }
    }

    private Text() {}

    /** A part of a query. Java's own URLDecoder would put a � where bytes are no UTF-8. */
    static String decoded(String packed) throws Malformed {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(packed.length());
        for (int index = 0; index < packed.length(); index++) {
            char letter = packed.charAt(index);
            switch (letter) {
                case '+' -> bytes.write(' ');
                case '%' -> {
                    bytes.write(digit(packed, index + 1) * 16 + digit(packed, index + 2));
                    index += 2;
                }
                default -> bytes.write(letter); // A request line holds nothing but ASCII.
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException problem) {
            throw new Malformed("a query is UTF-8");
        }
    }

    private static int digit(String packed, int index) throws Malformed {
        char letter = index < packed.length() ? packed.charAt(index) : ' ';
        int digit = letter < 128 ? Character.digit(letter, 16) : -1;
        if (digit < 0) throw new Malformed("two hexadecimal digits follow a percent sign");
        return digit;
    }

    /** A JSON text. */
    static String quoted(String text) {
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
