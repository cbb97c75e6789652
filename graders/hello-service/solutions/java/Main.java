import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** The shop's first server, with nothing but what Java brings along. */
public final class Main {
    private static final int LARGEST_BODY = 1 << 20;

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

    /** What is sent back. */
    private record Answer(int status, String type, byte[] body, Map<String, String> headers) {
        static Answer of(String type, byte[] body) {
            return new Answer(200, type, body, Map.of());
        }

        /** An object with one text in it; the shop has no other JSON. */
        static Answer json(int status, String name, String text, Map<String, String> headers) {
            String json = "{" + Text.quoted(name) + ": " + Text.quoted(text) + "}";
            // Counted in bytes: a letter may be several.
            return new Answer(status, "application/json", json.getBytes(StandardCharsets.UTF_8), headers);
        }

        static Answer json(String name, String text) {
            return json(200, name, text, Map.of());
        }
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
        } catch (Refusal refusal) {
            return Answer.json(refusal.status, "error", refusal.getMessage(), refusal.headers);
        } catch (RuntimeException mistake) {
            mistake.printStackTrace();
            return Answer.json(500, "error", "that was our mistake", Map.of());
        }
    }

    private static Answer route(HttpExchange exchange) throws IOException, Refusal {
        String path = exchange.getRequestURI().getRawPath();
        switch (path == null ? "" : path) {
            case "/":
                allow(exchange, "GET", "HEAD");
                return Answer.of("text/plain; charset=utf-8", "Welcome to the shop!\n".getBytes(StandardCharsets.UTF_8));
            case "/health":
                allow(exchange, "GET", "HEAD");
                return Answer.json("status", "ok");
            case "/hello":
                allow(exchange, "GET", "HEAD");
                return Answer.json("hello", name(exchange.getRequestURI().getRawQuery()));
            case "/echo":
                allow(exchange, "POST");
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                return Answer.of(type == null ? "application/octet-stream" : type, readBody(exchange));
            default:
                throw new Refusal(404, "there is nothing here");
        }
    }

    private static void allow(HttpExchange exchange, String... methods) throws Refusal {
        if (!List.of(methods).contains(exchange.getRequestMethod())) {
            String known = String.join(", ", methods);
            throw new Refusal(405, "known here: " + known, Map.of("Allow", known));
        }
    }

    /** The name in the query, which is split before it is decoded: a name may hold an encoded ampersand. */
    private static String name(String query) throws Refusal {
        try {
            for (String pair : (query == null ? "" : query).split("&")) {
                String[] parts = pair.split("=", 2);
                if (!Text.decoded(parts[0]).equals("name")) continue;
                String name = parts.length == 2 ? Text.decoded(parts[1]) : "";
                if (!name.isEmpty()) return name;
                break;
            }
        } catch (Text.Malformed problem) {
            throw new Refusal(400, problem.getMessage());
        }
        throw new Refusal(400, "say who you are: /hello?name=...");
    }

    private static byte[] readBody(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) throw new Refusal(413, "the body is too long", Map.of("Connection", "close"));
        return body;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        answer.headers().forEach(headers::set);
        headers.set("Content-Type", answer.type());
        int length = answer.body().length;
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        // To this server, -1 means that there is no body, and 0 that its length is not known yet.
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        exchange.getResponseBody().write(answer.body());
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
