import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Todo-Backend: a list of todos over HTTP, with nothing but what Java brings along. */
public final class Main {
    private static final int LARGEST_BODY = 1 << 20;
    private static final Pattern TODO_PATH = Pattern.compile("/todos/([0-9]{1,18})");

    private final Todos todos;

    private Main(Todos todos) {
        this.todos = todos;
    }

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

    /** What is sent back; without content the body is empty. */
    private record Answer(int status, Object content, Map<String, String> headers) {
        static Answer of(int status, Object content) {
            return new Answer(status, content, Map.of());
        }

        static Answer nothing() {
            return of(204, null);
        }

        static Answer preflight(String methods) {
            return new Answer(204, null, Map.of(
                    "Access-Control-Allow-Methods", methods,
                    "Access-Control-Allow-Headers", "content-type",
                    "Access-Control-Max-Age", "600"));
        }
    }

    private void handle(HttpExchange exchange) {
        // Closing the exchange at the end also reads what is left of the body, so that the connection can be kept.
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (IOException gone) {
            // The client hung up; there is nobody left to tell.
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        try {
            return route(exchange);
        } catch (Refusal refusal) {
            return new Answer(refusal.status, Map.of("error", refusal.getMessage()), refusal.headers);
        } catch (RuntimeException mistake) {
            mistake.printStackTrace();
            return Answer.of(500, Map.of("error", "that was our mistake"));
        }
    }

    private Answer route(HttpExchange exchange) throws IOException, Refusal {
        String path = exchange.getRequestURI().getRawPath();
        if ("/".equals(path)) return onList(exchange);
        Matcher todo = TODO_PATH.matcher(path == null ? "" : path);
        if (todo.matches()) return onTodo(exchange, Long.parseLong(todo.group(1)));
        throw new Refusal(404, "there is nothing here");
    }

    private Answer onList(HttpExchange exchange) throws IOException, Refusal {
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD":
                return Answer.of(200, todos.all().stream().map(todo -> shown(exchange, todo)).toList());
            case "POST":
                Map<String, Object> todo = shown(exchange, todos.add(readFields(exchange, true)));
                return new Answer(201, todo, Map.of("Location", (String) todo.get("url")));
            case "DELETE":
                todos.clear();
                return Answer.nothing();
            case "OPTIONS":
                return Answer.preflight("GET, POST, DELETE");
            default:
                throw new Refusal(405, "the list knows GET, POST and DELETE",
                        Map.of("Allow", "GET, HEAD, POST, DELETE, OPTIONS"));
        }
    }

    private Answer onTodo(HttpExchange exchange, long id) throws IOException, Refusal {
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD":
                return Answer.of(200, shown(exchange, todos.find(id).orElseThrow(Main::unknown)));
            case "PATCH":
                todos.find(id).orElseThrow(Main::unknown);
                Map<String, Object> changes = readFields(exchange, false);
                return Answer.of(200, shown(exchange, todos.change(id, changes).orElseThrow(Main::unknown)));
            case "DELETE":
                todos.remove(id).orElseThrow(Main::unknown);
                return Answer.nothing();
            case "OPTIONS":
                return Answer.preflight("GET, PATCH, DELETE");
            default:
                throw new Refusal(405, "a todo knows GET, PATCH and DELETE",
                        Map.of("Allow", "GET, HEAD, PATCH, DELETE, OPTIONS"));
        }
    }

    private static Refusal unknown() {
        return new Refusal(404, "there is no such todo");
    }

    /** The todo as clients see it: its number becomes an address under the name that they know us by. */
    private static Map<String, Object> shown(HttpExchange exchange, Todo todo) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        Map<String, Object> shown = todo.fields();
        shown.put("url", (host == null ? "" : "http://" + host) + "/todos/" + todo.id());
        return shown;
    }

    /** The fields of a todo that a client sent, each of the right type. */
    private static Map<String, Object> readFields(HttpExchange exchange, boolean titleNeeded) throws IOException, Refusal {
        if (!(parse(readBody(exchange)) instanceof Map<?, ?> sent)) throw new Refusal(400, "a todo is a JSON object");
        Map<String, Object> fields = new HashMap<>();
        if (titleNeeded || sent.containsKey("title")) {
            if (!(sent.get("title") instanceof String title)) throw new Refusal(400, "title is text");
            fields.put("title", title);
        }
        if (sent.containsKey("completed")) {
            if (!(sent.get("completed") instanceof Boolean completed)) throw new Refusal(400, "completed is true or false");
            fields.put("completed", completed);
        }
        if (sent.containsKey("order")) {
            Object order = sent.get("order");
            if (order != null && !(order instanceof Long)) throw new Refusal(400, "order is a whole number");
            fields.put("order", order);
        }
        return fields;
    }

    private static byte[] readBody(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) throw new Refusal(413, "the body is too long", Map.of("Connection", "close"));
        return body;
    }

    private static Object parse(byte[] body) throws Refusal {
        try {
            return Json.parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
        } catch (Json.Malformed | CharacterCodingException problem) {
            throw new Refusal(400, "the body is not JSON");
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Access-Control-Allow-Origin", "*");
        answer.headers().forEach(headers::set);
        if (answer.content() == null) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        // Counted in bytes: a letter may be several.
        byte[] body = Json.write(answer.content()).getBytes(StandardCharsets.UTF_8);
        headers.set("Content-Type", "application/json");
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /** SIGTERM simply ends it: every change is on disk before it is answered, so there is nothing to finish. */
    public static void main(String[] arguments) throws IOException, Json.Malformed {
        // Without it, the end of each answer waits for the client's acknowledgement of its beginning.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Map<String, String> environment = System.getenv();
        String host = environment.getOrDefault("HOST", "127.0.0.1");
        int port = Integer.parseInt(environment.getOrDefault("PORT", "8080"));
        Main main = new Main(new Todos(Path.of(environment.getOrDefault("DATA_DIR", "data"), "todos.json")));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 128);
        server.createContext("/", main::handle);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }
}
