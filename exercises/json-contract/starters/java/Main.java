import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** The warehouse. Its mirror reflects without a look: the rest is yours. */
public final class Main {
    private static void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("POST") && path.equals("/mirror")) {
            // TODO: Java brings no JSON along. Write a reader (BigDecimal keeps every digit, a LinkedHashMap every key in its order),
            // or take a library and find out where it is lenient. A body that can't be read is answered with 400.
            answer(exchange, 200, new String(body, StandardCharsets.UTF_8));
            // TODO: /total, and PUT, GET and PATCH for /parcels/{id}.
            // TODO: 415 for what does not say that it is JSON: exchange.getRequestHeaders().getFirst("Content-Type").
        } else {
            answer(exchange, 500, "{\"error\": \"not built yet\"}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        String host = System.getenv().getOrDefault("HOST", "127.0.0.1");
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.createContext("/", Main::handle);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }
}
