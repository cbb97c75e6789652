import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The list of todos, in memory and in a file; safe to use from many threads. It knows nothing of HTTP. */
final class Todos {
    private final Path file;
    private long lastId = 0;
    private Map<Long, Todo> todos = new LinkedHashMap<>();

    Todos(Path file) throws IOException, Json.Malformed {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (Files.exists(file)) restore(Files.readString(file));
    }

    synchronized List<Todo> all() {
        return new ArrayList<>(todos.values());
    }

    synchronized Optional<Todo> find(long id) {
        return Optional.ofNullable(todos.get(id));
    }

    synchronized Todo add(Map<String, Object> fields) {
        // Counted up and kept: the number of a deleted todo never comes back.
        lastId++;
        Todo todo = new Todo(lastId, "", false, null).with(fields);
        Map<Long, Todo> changed = new LinkedHashMap<>(todos);
        changed.put(todo.id(), todo);
        keep(changed);
        return todo;
    }

    synchronized Optional<Todo> change(long id, Map<String, Object> fields) {
        if (!todos.containsKey(id)) return Optional.empty();
        Todo todo = todos.get(id).with(fields);
        Map<Long, Todo> changed = new LinkedHashMap<>(todos);
        changed.put(id, todo);
        keep(changed);
        return Optional.of(todo);
    }

    synchronized Optional<Todo> remove(long id) {
        Map<Long, Todo> changed = new LinkedHashMap<>(todos);
        Todo removed = changed.remove(id);
        if (removed != null) keep(changed);
        return Optional.ofNullable(removed);
    }

    synchronized void clear() {
        keep(new LinkedHashMap<>());
    }

    /** Writes first and believes it afterwards. The rename means that nobody ever sees half a file. */
    private void keep(Map<Long, Todo> changed) {
        List<Object> kept = new ArrayList<>();
        for (Todo todo : changed.values()) {
            Map<String, Object> fields = todo.fields();
            fields.put("id", todo.id());
            kept.add(fields);
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("last_id", lastId);
        content.put("todos", kept);
        try {
            Path draft = file.resolveSibling(file.getFileName() + ".draft");
            Files.writeString(draft, Json.write(content));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        todos = changed;
    }

    @SuppressWarnings("unchecked") // Nobody but keep() has written it.
    private void restore(String text) throws Json.Malformed {
        Map<String, Object> content = (Map<String, Object>) Json.parse(text);
        lastId = (Long) content.get("last_id");
        for (Map<String, Object> fields : (List<Map<String, Object>>) content.get("todos")) {
            long id = (Long) fields.get("id");
            todos.put(id, new Todo(id, "", false, null).with(fields));
        }
    }
}
