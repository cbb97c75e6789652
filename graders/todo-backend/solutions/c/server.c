// A Todo-Backend in C: HTTP/1.1 over standard input and output, for WebAssembly (WASI). The list is kept in DATA_DIR.

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LARGEST_LINE = 64 << 10, LARGEST_BODY = 1 << 20, MOST_DIGITS = 15 };

typedef struct {
  char *bytes;
  size_t length, room;
} Text;

typedef struct {
  long id;
  char *title; // as JSON, with its quotes
  bool completed;
  char *order; // as JSON
} Todo;

static Todo *todos;
static size_t count, room;
static long last_id;
static char file[4096], draft[4096 + 8];

static void *must(void *memory) {
  if (memory == NULL) abort();
  return memory;
}

static void append(Text *text, const char *bytes, size_t length) {
  if (text->length + length + 1 > text->room) {
    text->room = (text->length + length + 1) * 2;
    text->bytes = must(realloc(text->bytes, text->room));
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

static void add(Text *text, const char *words) { append(text, words, strlen(words)); }

static void addf(Text *text, const char *format, ...) {
  char piece[512];
  va_list values;
  va_start(values, format);
  vsnprintf(piece, sizeof piece, format, values);
  va_end(values);
  add(text, piece);
}

// JSON: as much of it as todos need. Each reads a value at `at` and answers where it ends, or NULL.

static const char *space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

static bool is_utf8(const unsigned char *at) {
  while (*at) {
    int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : -1;
    if (more < 0) return false;
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f)) return false;
    if ((*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f)) return false;
    for (at++; more > 0; more--, at++)
      if ((*at & 0xc0) != 0x80) return false;
  }
  return true;
}

static const char *string_end(const char *at) {
  if (*at++ != '"') return NULL;
  for (; *at != '"'; at++) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    at++;
    if (*at == 'u') {
      for (int digit = 1; digit <= 4; digit++)
        if (!isxdigit((unsigned char)at[digit])) return NULL;
      at += 4;
    } else if (*at == '\0' || strchr("\"\\/bfnrt", *at) == NULL) {
      return NULL;
    }
  }
  return at + 1;
}

static const char *number_end(const char *at) {
  if (*at == '-') at++;
  if (!isdigit((unsigned char)*at)) return NULL;
  if (*at == '0') at++;
  else while (isdigit((unsigned char)*at)) at++;
  if (*at == '.') {
    at++;
    if (!isdigit((unsigned char)*at)) return NULL;
    while (isdigit((unsigned char)*at)) at++;
  }
  if (*at == 'e' || *at == 'E') {
    at++;
    if (*at == '+' || *at == '-') at++;
    if (!isdigit((unsigned char)*at)) return NULL;
    while (isdigit((unsigned char)*at)) at++;
  }
  return at;
}

static const char *word_end(const char *at, const char *word) {
  return strncmp(at, word, strlen(word)) == 0 ? at + strlen(word) : NULL;
}

static const char *value_end(const char *at, int depth) {
  const char *end;
  if (depth > 64) return NULL;
  if (*at == '"') return string_end(at);
  if ((end = word_end(at, "true")) || (end = word_end(at, "false")) || (end = word_end(at, "null"))) return end;
  if (*at != '{' && *at != '[') return number_end(at);
  char close = *at == '{' ? '}' : ']';
  bool named = *at == '{';
  at = space(at + 1);
  if (*at == close) return at + 1;
  for (;;) {
    if (named) {
      at = string_end(at);
      if (at == NULL) return NULL;
      at = space(at);
      if (*at++ != ':') return NULL;
      at = space(at);
    }
    at = value_end(at, depth + 1);
    if (at == NULL) return NULL;
    at = space(at);
    if (*at == close) return at + 1;
    if (*at++ != ',') return NULL;
    at = space(at);
  }
}

static char *copy(const char *from, const char *to) {
  char *text = must(malloc((size_t)(to - from) + 1));
  memcpy(text, from, (size_t)(to - from));
  text[to - from] = '\0';
  return text;
}

static bool is_named(const char *at, const char *end, const char *name) {
  size_t length = strlen(name);
  return (size_t)(end - at) == length + 2 && strncmp(at + 1, name, length) == 0;
}

static bool is_whole(const char *at, const char *end) {
  if (*at == '-') at++;
  if (end - at > MOST_DIGITS) return false;
  for (; at < end; at++)
    if (!isdigit((unsigned char)*at)) return false;
  return true;
}

// What a client sent of a todo; what is missing is NULL.
typedef struct {
  char *title, *completed, *order;
} Fields;

// Answers NULL, or what is wrong.
static const char *read_fields(const char *body, size_t length, Fields *fields) {
  memset(fields, 0, sizeof *fields);
  if (strlen(body) != length || !is_utf8((const unsigned char *)body)) return "the body is not JSON";
  const char *at = space(body), *whole = value_end(at, 0);
  if (whole == NULL || *space(whole) != '\0') return "the body is not JSON";
  if (*at != '{') return "a todo is a JSON object";
  for (at = space(at + 1); *at != '}'; at = space(at)) {
    const char *name = at, *name_end = string_end(at);
    at = space(space(name_end) + 1);
    const char *end = value_end(at, 0);
    char **field = is_named(name, name_end, "title") ? &fields->title
                 : is_named(name, name_end, "completed") ? &fields->completed
                 : is_named(name, name_end, "order") ? &fields->order : NULL;
    if (field != NULL) {
      free(*field);
      *field = copy(at, end);
      if (field == &fields->title && *at != '"') return "title is text";
      if (field == &fields->completed && *at != 't' && *at != 'f') return "completed is true or false";
      if (field == &fields->order && *at != 'n' && !(number_end(at) && is_whole(at, end))) return "order is a whole number";
    }
    at = space(end);
    if (*at == ',') at++;
  }
  return NULL;
}

static void free_fields(Fields *fields) {
  free(fields->title);
  free(fields->completed);
  free(fields->order);
}

// The list, and the file in which it is kept: a line for each todo.

static Todo *find(long id) {
  for (size_t at = 0; at < count; at++)
    if (todos[at].id == id) return &todos[at];
  return NULL;
}

static void free_todo(Todo *todo) {
  free(todo->title);
  free(todo->order);
}

// Whole before it is there: a reader never sees half of it.
static void keep(void) {
  FILE *out = must(fopen(draft, "w"));
  fprintf(out, "%ld\n", last_id);
  for (size_t at = 0; at < count; at++)
    fprintf(out, "%ld\t%d\t%s\t%s\n", todos[at].id, todos[at].completed, todos[at].order, todos[at].title);
  if (fclose(out) != 0 || rename(draft, file) != 0) abort();
}

static Todo *new_todo(void) {
  if (count == room) {
    room = room * 2 + 16;
    todos = must(realloc(todos, room * sizeof *todos));
  }
  return &todos[count++];
}

static void load(void) {
  const char *folder = getenv("DATA_DIR");
  snprintf(file, sizeof file, "%s/todos", folder ? folder : "data");
  snprintf(draft, sizeof draft, "%s.draft", file);
  FILE *in = fopen(file, "r");
  if (in == NULL) return;
  char *line = NULL;
  size_t size = 0;
  if (getline(&line, &size, in) > 0) last_id = atol(line);
  while (getline(&line, &size, in) > 0) {
    line[strcspn(line, "\n")] = '\0';
    char *fields[4] = {line};
    for (int field = 1; field < 4; field++) {
      char *tab = strchr(fields[field - 1], '\t');
      if (tab == NULL) abort();
      *tab = '\0';
      fields[field] = tab + 1;
    }
    Todo *todo = new_todo();
    *todo = (Todo){atol(fields[0]), must(strdup(fields[3])), atoi(fields[1]), must(strdup(fields[2]))};
  }
  free(line);
  fclose(in);
}

// HTTP.

typedef struct {
  char method[32], target[4096], host[512];
  char *body;
  size_t length;
} Request;

static bool read_request(Request *request) {
  static char line[LARGEST_LINE];
  memset(request, 0, sizeof *request);
  if (fgets(line, sizeof line, stdin) == NULL) return false;
  if (sscanf(line, "%31s %4095s", request->method, request->target) != 2) abort();
  while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "\r\n") != 0) {
    if (strncasecmp(line, "content-length:", 15) == 0) request->length = strtoul(line + 15, NULL, 10);
    if (strncasecmp(line, "host:", 5) == 0) sscanf(line + 5, " %511s", request->host);
  }
  request->body = must(malloc(request->length + 1));
  request->length = fread(request->body, 1, request->length, stdin);
  request->body[request->length] = '\0';
  return true;
}

static void answer(int status, const char *headers, const char *body, bool bodiless) {
  size_t length = body ? strlen(body) : 0;
  printf("HTTP/1.1 %d X\r\nAccess-Control-Allow-Origin: *\r\n%s", status, headers);
  if (status != 204) printf("Content-Type: application/json\r\nContent-Length: %zu\r\n", length);
  printf("\r\n");
  if (length > 0 && !bodiless) fwrite(body, 1, length, stdout);
  fflush(stdout);
}

static void refuse(int status, const char *headers, const char *reason, bool bodiless) {
  Text text = {0};
  addf(&text, "{\"error\": \"%s\"}", reason);
  answer(status, headers, text.bytes, bodiless);
  free(text.bytes);
}

static void show(Text *text, const Todo *todo, const char *host) {
  add(text, "{\"title\": ");
  add(text, todo->title);
  addf(text, ", \"completed\": %s, \"order\": ", todo->completed ? "true" : "false");
  add(text, todo->order);
  add(text, ", \"url\": \"");
  if (*host) addf(text, "http://%s", host);
  addf(text, "/todos/%ld\"}", todo->id);
}

static void change(Todo *todo, Fields *fields) {
  if (fields->title) {
    free(todo->title);
    todo->title = fields->title;
    fields->title = NULL;
  }
  if (fields->completed) todo->completed = fields->completed[0] == 't';
  if (fields->order) {
    free(todo->order);
    todo->order = fields->order;
    fields->order = NULL;
  }
}

static void on_list(const Request *request, bool is_head) {
  if (is_head || strcmp(request->method, "GET") == 0) {
    Text text = {0};
    add(&text, "[");
    for (size_t at = 0; at < count; at++) {
      if (at > 0) add(&text, ", ");
      show(&text, &todos[at], request->host);
    }
    add(&text, "]");
    answer(200, "", text.bytes, is_head);
    free(text.bytes);
  } else if (strcmp(request->method, "POST") == 0) {
    Fields fields;
    const char *wrong = read_fields(request->body, request->length, &fields);
    if (wrong == NULL && fields.title == NULL) wrong = "title is text";
    if (wrong != NULL) {
      refuse(400, "", wrong, false);
    } else {
      Todo *todo = new_todo();
      *todo = (Todo){++last_id, NULL, false, must(strdup("null"))};
      change(todo, &fields);
      keep();
      Text text = {0}, headers = {0};
      show(&text, todo, request->host);
      add(&headers, "Location: ");
      if (*request->host) addf(&headers, "http://%s", request->host);
      addf(&headers, "/todos/%ld\r\n", todo->id);
      answer(201, headers.bytes, text.bytes, false);
      free(text.bytes);
      free(headers.bytes);
    }
    free_fields(&fields);
  } else if (strcmp(request->method, "DELETE") == 0) {
    for (size_t at = 0; at < count; at++) free_todo(&todos[at]);
    count = 0;
    keep();
    answer(204, "", NULL, false);
  } else if (strcmp(request->method, "OPTIONS") == 0) {
    answer(204, "Access-Control-Allow-Methods: GET, POST, DELETE\r\nAccess-Control-Allow-Headers: content-type\r\n", NULL, false);
  } else {
    refuse(405, "Allow: GET, HEAD, POST, DELETE, OPTIONS\r\n", "the list knows GET, POST and DELETE", false);
  }
}

static void on_todo(const Request *request, long id, bool is_head) {
  Todo *todo = find(id);
  if (strcmp(request->method, "OPTIONS") == 0) {
    answer(204, "Access-Control-Allow-Methods: GET, PATCH, DELETE\r\nAccess-Control-Allow-Headers: content-type\r\n", NULL, false);
  } else if (!is_head && strcmp(request->method, "GET") != 0 && strcmp(request->method, "PATCH") != 0 &&
             strcmp(request->method, "DELETE") != 0) {
    refuse(405, "Allow: GET, HEAD, PATCH, DELETE, OPTIONS\r\n", "a todo knows GET, PATCH and DELETE", false);
  } else if (todo == NULL) {
    refuse(404, "", "there is no such todo", is_head);
  } else if (strcmp(request->method, "DELETE") == 0) {
    free_todo(todo);
    memmove(todo, todo + 1, (size_t)(&todos[--count] - todo) * sizeof *todo);
    keep();
    answer(204, "", NULL, false);
  } else {
    Fields fields = {0};
    const char *wrong = NULL;
    if (strcmp(request->method, "PATCH") == 0) {
      wrong = read_fields(request->body, request->length, &fields);
      if (wrong == NULL) {
        change(todo, &fields);
        keep();
      }
    }
    if (wrong != NULL) {
      refuse(400, "", wrong, false);
    } else {
      Text text = {0};
      show(&text, todo, request->host);
      answer(200, "", text.bytes, is_head);
      free(text.bytes);
    }
    free_fields(&fields);
  }
}

static void route(Request *request) {
  bool is_head = strcmp(request->method, "HEAD") == 0;
  request->target[strcspn(request->target, "?")] = '\0';
  char *digits = request->target + strlen("/todos/");
  if (request->length > LARGEST_BODY) {
    refuse(413, "", "the body is too long", is_head);
  } else if (strcmp(request->target, "/") == 0) {
    on_list(request, is_head);
  } else if (strncmp(request->target, "/todos/", 7) == 0 && *digits && strspn(digits, "0123456789") == strlen(digits) &&
             strlen(digits) <= MOST_DIGITS) {
    on_todo(request, atol(digits), is_head);
  } else {
    refuse(404, "", "there is nothing here", is_head);
  }
}

int main(void) {
  load();
  Request request;
  while (read_request(&request)) {
    route(&request);
    free(request.body);
  }
  return 0;
}
