import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** Your list of todos. It listens, and its list is always empty: the rest is yours. */
public final class Main {
    private static void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("GET") && path.equals("/")) {
            answer(exchange, 200, List.of()); // Which todos are there?
        } else {
            answer(exchange, 404, Map.of("error", "there is nothing here yet"));
        }
    }

    // Next: POST, DELETE, PATCH and OPTIONS. What a client sent is read so, with the Json.java beside this file:
    //
    //     Object todo = Json.parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));

    private static void answer(HttpExchange exchange, int status, Object content) throws IOException {
        byte[] body = Json.write(content).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length); // -1 instead of the length: no body at all
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
