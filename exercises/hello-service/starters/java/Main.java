import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** The shop's first server. It greets, and knows nothing else: the rest is yours. */
public final class Main {
    private static void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("GET") && path.equals("/")) {
            answer(exchange, 200, "text/plain; charset=utf-8", "Welcome to the shop!\n".getBytes(StandardCharsets.UTF_8));
            // TODO: /health and /hello. The query is exchange.getRequestURI().getRawQuery(), or null.
            // TODO: POST on /echo. What a client sent is exchange.getRequestBody().readAllBytes().
        } else {
            // TODO: what is not there is answered with 404, a method that is not known with 405.
            answer(exchange, 500, "application/json", "{\"error\": \"not built yet\"}".getBytes(StandardCharsets.UTF_8));
        }
    }

    // TODO: Java brings no JSON along. A small method that quotes and escapes one text is all that this shop needs.

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        // -1 instead of the length: no body at all; 0: a body whose length is not known yet.
        // TODO: HEAD. With -1, a Content-Length that you set yourself is sent.
        exchange.sendResponseHeaders(status, body.length);
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
