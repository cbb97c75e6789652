import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The warehouse, with nothing but what Java brings along. */
public final class Main {
    private static final int LARGEST_BODY = 1 << 20;
    private static final BigDecimal LARGEST_BARCODE = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final Pattern PARCEL = Pattern.compile("/parcels/([A-Za-z0-9-]+)");

    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    /** A request that is answered with an error: a status and a sentence for the client. */
    private static final class Refusal extends Exception {
        final int status;
        final Map<String, String> headers;

        Refusal(int status, String reason) {
            this(status, reason, Map.of());
        }

        Refusal(int status, String reason, Map<String, String> headers) {
            super(reason);
            this.status = status;
            this.headers = headers;
        }
    }

    /** What is sent back, as JSON. */
    private record Answer(int status, Object content, Map<String, String> headers) {
        Answer(int status, Object content) {
            this(status, content, Map.of());
        }
    }

    /** Whether a value will do for a field, and what to say if not. */
    private record Field(Predicate<Object> fits, String wanted) {}

    private static final Map<String, Field> PARCEL_FIELDS = Map.of(
            "barcode", new Field(value -> isWhole(value) && ((BigDecimal) value).compareTo(LARGEST_BARCODE) <= 0, "a whole number from 0 to 2^63 - 1"),
            "to", new Field(value -> value instanceof String text && !text.isEmpty(), "a text that is not empty"),
            "value", new Field(value -> value instanceof BigDecimal number && number.signum() >= 0, "a number from 0 up"),
            "note", new Field(value -> value == null || value instanceof String, "a text or null"),
            "extra", new Field(value -> value instanceof Map, "an object"));
    private static final Map<String, Field> LINE_FIELDS = Map.of(
            "price", new Field(value -> value instanceof BigDecimal, "a number"),
            "count", new Field(Main::isWhole, "a whole number from 0 up"));

    /** A parcel is never changed, only replaced by another. */
    private static final Map<String, Map<String, Object>> PARCELS = new ConcurrentHashMap<>();

    private static boolean isWhole(Object value) {
        return value instanceof BigDecimal number && number.signum() >= 0 && number.stripTrailingZeros().scale() <= 0;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> require(Object value, String what, Map<String, Field> fields, List<String> needed) throws Refusal {
        if (!(value instanceof Map)) throw new Refusal(400, what + " is an object");
        Map<String, Object> object = (Map<String, Object>) value;
        for (Map.Entry<String, Object> member : object.entrySet()) {
            Field field = fields.get(member.getKey());
            if (field == null) throw new Refusal(400, what + " has no field " + member.getKey());
            if (!field.fits().test(member.getValue())) throw new Refusal(400, member.getKey() + " is " + field.wanted());
        }
        for (String name : needed) {
            if (!object.containsKey(name)) throw new Refusal(400, what + " needs a field " + name);
        }
        return object;
    }

    private static Map<String, Object> asParcel(Object value) throws Refusal {
        return require(value, "a parcel", PARCEL_FIELDS, List.of("barcode", "to"));
    }

    /** RFC 7396, section 2. The target itself stays as it is. */
    private static Object merged(Object target, Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) return patch;
        Map<Object, Object> result = new LinkedHashMap<>(target instanceof Map<?, ?> members ? members : Map.of());
        changes.forEach((key, value) -> {
            if (value == null) result.remove(key);
            else result.put(key, merged(result.get(key), value));
        });
        return result;
    }

    private static Object total(Object bill) throws Refusal {
        if (!(bill instanceof List<?> lines)) throw new Refusal(400, "a bill is a list of lines");
        BigDecimal total = BigDecimal.ZERO;
        for (Object value : lines) {
            Map<String, Object> line = require(value, "a line", LINE_FIELDS, List.of("price", "count"));
            total = total.add(((BigDecimal) line.get("price")).multiply((BigDecimal) line.get("count")));
        }
        return Map.of("total", total);
    }

    private static void handle(HttpExchange exchange) {
        // Closing the exchange at the end also reads what is left of the body, so that the connection can be kept.
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (IOException gone) {
            // The client hung up; there is nobody left to tell.
        }
    }

    private static Answer answer(HttpExchange exchange) throws IOException {
        try {
            return route(exchange);
        } catch (Json.Malformed problem) {
            return new Answer(400, Map.of("error", problem.getMessage()));
        } catch (Refusal refusal) {
            return new Answer(refusal.status, Map.of("error", refusal.getMessage()), refusal.headers);
        } catch (RuntimeException mistake) {
            mistake.printStackTrace();
            return new Answer(500, Map.of("error", "that was our mistake"));
        }
    }

    private static Answer route(HttpExchange exchange) throws IOException, Refusal, Json.Malformed {
        byte[] body = readBody(exchange);
        String path = exchange.getRequestURI().getRawPath();
        switch (path == null ? "" : path) {
            case "/mirror":
                allow(exchange, "POST");
                return new Answer(200, json(exchange, body, JSON));
            case "/total":
                allow(exchange, "POST");
                return new Answer(200, total(json(exchange, body, JSON)));
            default:
                Matcher parcel = PARCEL.matcher(path == null ? "" : path);
                if (!parcel.matches()) throw new Refusal(404, "there is nothing here");
                allow(exchange, "GET", "HEAD", "PUT", "PATCH");
                return parcel(exchange, parcel.group(1), body);
        }
    }

    private static Answer parcel(HttpExchange exchange, String id, byte[] body) throws Refusal, Json.Malformed {
        switch (exchange.getRequestMethod()) {
            case "PUT":
                Map<String, Object> parcel = asParcel(json(exchange, body, JSON));
                return new Answer(PARCELS.put(id, parcel) == null ? 201 : 200, parcel);
            case "PATCH":
                Object patch = json(exchange, body, JSON, MERGE_PATCH);
                for (;;) {
                    Map<String, Object> known = known(id);
                    Map<String, Object> changed = asParcel(merged(known, patch));
                    // Again, if somebody was faster.
                    if (PARCELS.replace(id, known, changed)) return new Answer(200, changed);
                }
            default:
                return new Answer(200, known(id));
        }
    }

    private static Map<String, Object> known(String id) throws Refusal {
        Map<String, Object> parcel = PARCELS.get(id);
        if (parcel == null) throw new Refusal(404, "there is no such parcel");
        return parcel;
    }

    private static Object json(HttpExchange exchange, byte[] body, String... types) throws Refusal, Json.Malformed {
        String given = exchange.getRequestHeaders().getFirst("Content-Type");
        String type = given == null ? "" : given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!List.of(types).contains(type)) throw new Refusal(415, "the body has to be " + String.join(" or ", types));
        return Json.read(body);
    }

    private static void allow(HttpExchange exchange, String... methods) throws Refusal {
        if (!List.of(methods).contains(exchange.getRequestMethod())) {
            String known = String.join(", ", methods);
            throw new Refusal(405, "known here: " + known, Map.of("Allow", known));
        }
    }

    private static byte[] readBody(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) throw new Refusal(413, "the body is too long", Map.of("Connection", "close"));
        return body;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = Json.write(answer.content()).getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        answer.headers().forEach(headers::set);
        headers.set("Content-Type", JSON);
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /** SIGTERM simply ends it: nothing is kept, so there is nothing to finish. */
    public static void main(String[] arguments) throws IOException {
        // Without it, the end of each answer waits for the client's acknowledgement of its beginning.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Map<String, String> environment = System.getenv();
        String host = environment.getOrDefault("HOST", "127.0.0.1");
        int port = Integer.parseInt(environment.getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 128);
        server.createContext("/", Main::handle);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }
}
