// Prices in other currencies, with rates from a cache in front of a rates service.

#include "http.h"
#include "json.h"
#include "product.h"
#include "upstream.h"

#include <math.h>
#include <time.h>

enum {
  PATIENCE = 1500, // milliseconds for the rates service; our own clients are promised an answer within two seconds
  LONGEST = 20,    // of a value in a query: longer than any that is right
};

static const char *rates_url;
static long ttl;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void refuse(Answer *answer, int status, const char *reason) {
  answer->status = status;
  add(&answer->body, "{\"error\": ");
  add_quoted(&answer->body, reason, strlen(reason));
  add(&answer->body, "}");
}

// What is kept.

typedef struct {
  char from[4], to[4];
} Pair;

typedef struct {
  Pair pair;
  char *rate; // as the service told it
  double until; // when it is no longer good
} Kept;

static Kept *all_kept;
static size_t count;

static Kept *find(const Pair *pair) {
  for (size_t at = 0; at < count; at++)
    if (memcmp(&all_kept[at].pair, pair, sizeof *pair) == 0) return &all_kept[at];
  return NULL;
}

// Takes a rate in the place of an older one.
static void keep(const Pair *pair, char *rate) {
  Kept *kept = find(pair);
  if (kept == NULL) {
    all_kept = must(realloc(all_kept, (count + 1) * sizeof *all_kept));
    kept = &all_kept[count++];
    *kept = (Kept){.pair = *pair};
  }
  free(kept->rate);
  kept->rate = rate;
  kept->until = seconds() + (double)ttl;
}

static void forget(const Pair *pair) {
  Kept *kept = find(pair);
  if (kept == NULL) return;
  free(kept->rate);
  *kept = all_kept[--count];
}

// The service.

// The number in a body as it is written there, or NULL: that is no rate.
static char *rate_in(const Text *body) {
  const char *begin = space(body->bytes), *end = value_end(begin, 0);
  bool is_json = end != NULL && space(end) == body->bytes + body->length && is_utf8(body->bytes, body->length);
  const char *rate = is_json && *begin == '{' ? member(begin, "rate") : NULL;
  if (rate == NULL || !isdigit((unsigned char)*rate)) return NULL;
  double number = strtod(rate, NULL);
  if (number == 0 || isinf(number)) return NULL;
  return must(strndup(rate, (size_t)(number_end(rate) - rate)));
}

// Asks for a rate and keeps it. Answers 200 (a rate was told), 404 (there is no such currency) or 503 (neither).
static int renew(const Pair *pair) {
  Text url = {0};
  add(&url, rates_url);
  addf(&url, "/v1/rates/%s?base=%s", pair->to, pair->from);
  Reply reply = ask("GET", url.bytes, NULL, PATIENCE);
  char *rate = reply.status == 200 ? rate_in(&reply.body) : NULL;
  clear(&url);
  clear(&reply.body);
  if (rate == NULL) return reply.status == 404 ? 404 : 503;
  keep(pair, rate);
  return 200;
}

// What a client says.

// Decodes a piece of a query up to one of these bytes, and answers where that is. What is too long is cut off, and still too long.
static const char *decode(const char *at, const char *until, char piece[LONGEST + 1]) {
  size_t length = 0;
  for (; *at != '\0' && strchr(until, *at) == NULL; at++) {
    unsigned code = 0;
    char byte = *at == '+' ? ' ' : *at;
    if (*at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) sscanf(at + 1, "%2x", &code);
    // A zero would end the piece before its time.
    if (code != 0) {
      byte = (char)code;
      at += 2;
    }
    if (length < LONGEST) piece[length++] = byte;
  }
  piece[length] = '\0';
  return at;
}

// Reads a value; an empty one is as good as none.
static void read_parameter(const char *query, const char *name, char value[LONGEST + 1]) {
  for (const char *at = query; *at != '\0'; at += *at == '&') {
    char key[LONGEST + 1];
    *value = '\0';
    at = decode(at, "=&", key);
    if (*at == '=') at = decode(at + 1, "&", value);
    if (*value != '\0' && strcmp(key, name) == 0) return;
  }
  *value = '\0';
}

// Reads so many letters, and makes them large.
static bool read_currency(const char *text, size_t length, char code[4]) {
  for (size_t at = 0; at < length; at++) {
    if (at == 3 || !isalpha((unsigned char)text[at])) return false;
    code[at] = (char)toupper((unsigned char)text[at]);
  }
  return length == 3;
}

static bool is_amount(const char *text) {
  static const char digits[] = "0123456789";
  size_t whole = strspn(text, digits);
  if (whole < 1 || whole > 12) return false;
  if (text[whole] == '\0') return true;
  size_t places = strspn(text + whole + 1, digits);
  return text[whole] == '.' && places >= 1 && places <= 6 && text[whole + 1 + places] == '\0';
}

static void tell(const Pair *pair, const char *amount, Answer *answer) {
  const Kept *kept = find(pair);
  const char *source = "hit";
  if (kept == NULL || seconds() >= kept->until) {
    int status = renew(pair);
    if (status == 404) {
      refuse(answer, 404, "no such currency");
      return;
    }
    source = status == 200 ? "miss" : "stale";
    kept = find(pair);
  }
  if (kept == NULL) {
    refuse(answer, 503, "there is no rate at the moment");
    return;
  }
  answer->status = 200;
  addf(&answer->headers, "X-Cache: %s\r\n", source);
  add(&answer->body, "{\"amount\": ");
  add_product(&answer->body, amount, kept->rate);
  add(&answer->body, ", \"rate\": ");
  add(&answer->body, kept->rate);
  add(&answer->body, "}");
}

static void on_convert(const Request *request, Answer *answer) {
  Pair pair = {0};
  char from[LONGEST + 1], to[LONGEST + 1], amount[LONGEST + 1];
  read_parameter(request->query, "from", from);
  read_parameter(request->query, "to", to);
  read_parameter(request->query, "amount", amount);
  if (!read_currency(from, strlen(from), pair.from)) refuse(answer, 400, "`from` is a currency of three letters");
  else if (!read_currency(to, strlen(to), pair.to)) refuse(answer, 400, "`to` is a currency of three letters");
  else if (!is_amount(amount)) refuse(answer, 400, "`amount` is a number such as 10 or 12.50");
  else tell(&pair, amount, answer);
}

static void on_forget(const char *from, const char *to, Answer *answer) {
  Pair pair = {0};
  if (!read_currency(from, (size_t)(to - from - 1), pair.from) || !read_currency(to, strlen(to), pair.to)) {
    refuse(answer, 400, "a currency has three letters");
    return;
  }
  forget(&pair);
  answer->status = 204;
}

static void route(const Request *request, Answer *answer) {
  bool is_get = strcmp(request->method, "GET") == 0, is_delete = strcmp(request->method, "DELETE") == 0;
  const char *from = strncmp(request->path, "/cache/", 7) == 0 ? request->path + 7 : NULL;
  const char *slash = from ? strchr(from, '/') : NULL;
  bool is_pair = slash != NULL && strchr(slash + 1, '/') == NULL;
  if (is_get && strcmp(request->path, "/convert") == 0) on_convert(request, answer);
  else if (is_delete && is_pair) on_forget(from, slash + 1, answer);
  else refuse(answer, 404, "there is nothing here");
}

int main(void) {
  const char *time_to_live = getenv("CACHE_TTL");
  rates_url = must(getenv("RATES_URL"));
  ttl = time_to_live ? atol(time_to_live) : 2;
  Request request;
  while (read_head(&request)) {
    Answer answer = {0};
    route(&request, &answer);
    send_answer(&answer, &request);
    end_request(&request);
  }
  return 0;
}
