import java.util.LinkedHashMap;
import java.util.Map;

/** One todo. {@code order} is null until somebody sets it. */
record Todo(long id, String title, boolean completed, Long order) {
    /** The same todo with these fields changed and all others as they were. The fields have the right types. */
    Todo with(Map<String, Object> fields) {
        return new Todo(
                id,
                (String) fields.getOrDefault("title", title),
                (Boolean) fields.getOrDefault("completed", completed),
                (Long) fields.getOrDefault("order", order));
    }

    /** What is the same for clients and for the file. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("title", title);
        fields.put("completed", completed);
        fields.put("order", order);
        return fields;
    }
}
