// A notice board inside its layers: id, log, shield, rate, token, body. Standard output is the connection, so the log goes to
// standard error.

#include "http.h"
#include "json.h"

#include <time.h>
#include <unistd.h>

enum { LARGEST_BODY = 1024, SHORTEST_ID = 8, LONGEST_ID = 64 };

// What the layers know of a request besides what the client said.
typedef struct {
  Request http;
  char id[LONGEST_ID + 1];
  Text body;
  Text error; // why a handler failed
} Visit;

static const char *api_token;
static long rate_limit, rate_window;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void wait_for(long milliseconds) {
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

static void say(Answer *answer, int status, const char *json) {
  answer->status = status;
  clear(&answer->body);
  add(&answer->body, json);
}

static void refuse(Answer *answer, int status, const char *reason) {
  say(answer, status, "{\"error\": ");
  add_quoted(&answer->body, reason, strlen(reason));
  add(&answer->body, "}");
}

// The value of a name in a query, decoded; empty, if it is not there.
static char *parameter(const char *query, const char *name) {
  size_t length = strlen(name);
  Text value = {0};
  add(&value, "");
  for (const char *at = query; at != NULL; at = strchr(at, '&')) {
    if (*at == '&') at++;
    if (strncmp(at, name, length) != 0 || at[length] != '=') continue;
    for (at += length + 1; *at && *at != '&'; at++) {
      unsigned code;
      char byte = *at == '+' ? ' ' : *at;
      if (*at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]) && sscanf(at + 1, "%2x", &code) == 1) {
        byte = (char)code;
        at += 2;
      }
      append(&value, &byte, 1);
    }
    break;
  }
  return value.bytes;
}

// The handlers.

typedef void Handler(Visit *visit, Answer *answer);

static Text notes;
static long last_note;

static void on_public(Visit *visit, Answer *answer) {
  (void)visit;
  say(answer, 200, "{\"page\": \"public\"}");
}

static void on_private(Visit *visit, Answer *answer) {
  (void)visit;
  say(answer, 200, "{\"page\": \"private\"}");
}

static void on_slow(Visit *visit, Answer *answer) {
  (void)visit;
  wait_for(300);
  say(answer, 200, "{\"page\": \"slow\"}");
}

static void on_notes(Visit *visit, Answer *answer) {
  (void)visit;
  say(answer, 200, "{\"notes\": [");
  if (notes.length > 0) add(&answer->body, notes.bytes);
  add(&answer->body, "]}");
}

static void on_note(Visit *visit, Answer *answer) {
  const Text *body = &visit->body;
  const char *begin = space(body->bytes), *end = value_end(begin, 0);
  bool is_json = end != NULL && space(end) == body->bytes + body->length && is_utf8(body->bytes, body->length);
  const char *text = is_json && *begin == '{' ? member(begin, "text") : NULL;
  if (text == NULL || *text != '"' || text[1] == '"') {
    refuse(answer, 400, "a note is an object with a `text`");
    return;
  }
  Text note = {0};
  addf(&note, "{\"id\": %ld, \"text\": ", ++last_note);
  append(&note, text, (size_t)(string_end(text) - text));
  add(&note, "}");
  if (notes.length > 0) add(&notes, ", ");
  add(&notes, note.bytes);
  say(answer, 201, note.bytes);
  clear(&note);
}

static void on_boom(Visit *visit, Answer *answer) {
  (void)answer;
  char *fuse = parameter(visit->http.query, "fuse");
  add(&visit->error, "the fuse is blown: ");
  add(&visit->error, fuse);
  free(fuse);
}

static void on_boom_later(Visit *visit, Answer *answer) {
  wait_for(100);
  on_boom(visit, answer);
}

static const struct Route {
  const char *method, *path;
  Handler *handler;
  bool is_protected;
} routes[] = {
  {"GET", "/public", on_public, false},
  {"GET", "/private", on_private, true},
  {"GET", "/slow", on_slow, false},
  {"GET", "/notes", on_notes, false},
  {"POST", "/notes", on_note, true},
  {"GET", "/boom", on_boom, false},
  {"GET", "/boom/later", on_boom_later, false},
};

static const struct Route *find_route(const Visit *visit) {
  for (size_t at = 0; at < sizeof routes / sizeof *routes; at++)
    if (strcmp(routes[at].method, visit->http.method) == 0 && strcmp(routes[at].path, visit->http.path) == 0)
      return &routes[at];
  return NULL;
}

// The layers, from the inside to the outside. Each calls the one before it.

static void handle(Visit *visit, Answer *answer) {
  const struct Route *route = find_route(visit);
  if (route != NULL) route->handler(visit, answer);
  else refuse(answer, 404, "there is nothing here");
}

static void body_layer(Visit *visit, Answer *answer) {
  if (header(&visit->http, "Transfer-Encoding") != NULL) {
    refuse(answer, 400, "say how long the body is");
  } else if (visit->http.unread > LARGEST_BODY) {
    refuse(answer, 413, "a body has 1024 bytes at most");
  } else {
    visit->body = read_body(&visit->http);
    handle(visit, answer);
  }
}

// Takes as long for a token that is nearly right.
static bool is_token(const char *given) {
  size_t length = strlen(api_token);
  if (strlen(given) != length) return false;
  char differs = 0;
  for (size_t at = 0; at < length; at++) differs |= given[at] ^ api_token[at];
  return differs == 0;
}

static void token_layer(Visit *visit, Answer *answer) {
  const struct Route *route = find_route(visit);
  const char *given = header(&visit->http, "Authorization");
  bool is_known = given != NULL && strncasecmp(given, "Bearer ", 7) == 0 && is_token(given + 7 + strspn(given + 7, " "));
  if (route != NULL && route->is_protected && !is_known) {
    refuse(answer, 401, "the token, please");
    add(&answer->headers, "WWW-Authenticate: Bearer realm=\"board\"\r\n");
  } else {
    body_layer(visit, answer);
  }
}

// A client's window: until when it lasts, and how many were let in.
typedef struct {
  char *client;
  double end;
  long count;
} Window;

static Window *window_of(const char *client) {
  static Window *windows;
  static size_t count;
  double now = seconds();
  for (size_t at = 0; at < count;) {
    if (windows[at].end <= now) {
      free(windows[at].client);
      windows[at] = windows[--count];
    } else if (strcmp(windows[at].client, client) == 0) {
      return &windows[at];
    } else {
      at++;
    }
  }
  windows = must(realloc(windows, (count + 1) * sizeof *windows));
  windows[count] = (Window){must(strdup(client)), now + (double)rate_window, 0};
  return &windows[count++];
}

static void rate_layer(Visit *visit, Answer *answer) {
  const char *client = header(&visit->http, "X-Real-IP");
  Window *window = client ? window_of(client) : NULL;
  if (window != NULL && window->count >= rate_limit) {
    double left = window->end - seconds();
    long whole = (long)left;
    refuse(answer, 429, "not so fast");
    addf(&answer->headers, "Retry-After: %ld\r\n", (double)whole < left || whole < 1 ? whole + 1 : whole);
    return;
  }
  if (window != NULL) window->count++;
  token_layer(visit, answer);
}

static void shield_layer(Visit *visit, Answer *answer) {
  rate_layer(visit, answer);
  if (visit->error.length > 0) {
    say(answer, 500, "");
    addf(&answer->body, "{\"error\": \"that was our mistake\", \"id\": \"%s\"}", visit->id);
  }
}

static void log_layer(Visit *visit, Answer *answer) {
  double begun = seconds();
  shield_layer(visit, answer);
  const char *agent = header(&visit->http, "User-Agent");
  Text line = {0};
  addf(&line, "{\"id\": \"%s\", \"method\": ", visit->id);
  add_quoted(&line, visit->http.method, strlen(visit->http.method));
  add(&line, ", \"path\": ");
  add_quoted(&line, visit->http.path, strlen(visit->http.path));
  addf(&line, ", \"status\": %d, \"ms\": %.1f, \"agent\": ", answer->status, (seconds() - begun) * 1000);
  if (agent != NULL) add_quoted(&line, agent, strlen(agent));
  else add(&line, "null");
  if (visit->error.length > 0) {
    add(&line, ", \"error\": ");
    add_quoted(&line, visit->error.bytes, visit->error.length);
  }
  add(&line, "}\n");
  fwrite(line.bytes, 1, line.length, stderr);
  clear(&line);
}

static bool is_id(const char *given) {
  size_t length = given ? strlen(given) : 0;
  for (size_t at = 0; at < length; at++)
    if (!isalnum((unsigned char)given[at]) && strchr("._-", given[at]) == NULL) return false;
  return length >= SHORTEST_ID && length <= LONGEST_ID;
}

static void id_layer(Visit *visit, Answer *answer) {
  const char *given = header(&visit->http, "X-Request-Id");
  if (is_id(given)) {
    strcpy(visit->id, given);
  } else {
    unsigned char drawn[16];
    if (getentropy(drawn, sizeof drawn) != 0) abort();
    for (size_t at = 0; at < sizeof drawn; at++) sprintf(visit->id + 2 * at, "%02x", drawn[at]);
  }
  log_layer(visit, answer);
  addf(&answer->headers, "X-Request-Id: %s\r\n", visit->id);
}

static long number_in(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? atol(text) : otherwise;
}

int main(void) {
  const char *token = getenv("API_TOKEN");
  api_token = token ? token : "sesame";
  rate_limit = number_in("RATE_LIMIT", 5);
  rate_window = number_in("RATE_WINDOW", 3);
  Visit visit = {0};
  while (read_head(&visit.http)) {
    Answer answer = {0};
    id_layer(&visit, &answer);
    send_answer(&answer, &visit.http);
    end_request(&visit.http);
    clear(&visit.body);
    clear(&visit.error);
    visit = (Visit){0};
  }
  return 0;
}
