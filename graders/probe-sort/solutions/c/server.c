// Searches and sorts a row that can only be read one by one and swapped, as cheaply as each way of doing it allows.

#include "http.h"
#include "json.h"
#include "upstream.h"

enum { GREATEST_NUMBER = 9999, LARGEST_COUNT = 10, LARGEST_BODY = 64 << 10, PATIENCE = 3000, NOTHING = -1 };

// The row behind the glass, for one job. Whatever costs something is counted.
typedef struct {
  const char *url;
  int reads, swaps;
} Shelf;

// Each function that asks the shelf returns whether it gave an answer that can be used; after one that can't, nothing more is asked.

static bool ask_number(const Shelf *shelf, const char *path, const char *name, int *number) {
  Text url = {0};
  add(&url, shelf->url);
  add(&url, path);
  Reply reply = ask("GET", url.bytes, NULL, PATIENCE);
  const char *json = reply.status == 200 ? whole_value(&reply.body) : NULL;
  const char *value = json && *json == '{' ? member(json, name) : NULL;
  bool is_told = value && whole_number(value, number);
  clear(&reply.body);
  clear(&url);
  return is_told;
}

static bool count_parcels(const Shelf *shelf, int *size) { return ask_number(shelf, "/size", "size", size); }

static bool look(Shelf *shelf, int place, int *number) {
  char path[32];
  snprintf(path, sizeof path, "/items/%d", place);
  shelf->reads++;
  return ask_number(shelf, path, "item", number);
}

static bool swap(Shelf *shelf, int a, int b) {
  Text url = {0}, json = {0};
  add(&url, shelf->url);
  add(&url, "/swaps");
  addf(&json, "{\"a\": %d, \"b\": %d}", a, b);
  shelf->swaps++;
  Reply reply = ask("POST", url.bytes, json.bytes, PATIENCE);
  bool is_done = reply.status == 204;
  clear(&reply.body);
  clear(&json);
  clear(&url);
  return is_done;
}

// Rows in any order.

// The smallest numbers, rising. None is looked at twice; behind those that are told is room for the one that is looked at.
typedef struct {
  int numbers[LARGEST_COUNT + 1], count;
} Smallest;

static bool find_smallest(Shelf *shelf, int count, Smallest *smallest) {
  int size, number;
  if (!count_parcels(shelf, &size)) return false;
  for (int place = 0; place < size; place++) {
    if (!look(shelf, place, &number)) return false;
    int at = smallest->count;
    for (; at > 0 && smallest->numbers[at - 1] > number; at--) smallest->numbers[at] = smallest->numbers[at - 1];
    smallest->numbers[at] = number;
    if (smallest->count < count) smallest->count++;
  }
  return true;
}

// What a parcel is sorted by.
typedef int Key(int number);

static int whole(int number) { return number; }

static int street(int number) { return number / 100; }

// Behind `end` everything is in its place. Each pass carries the greatest number to the end, and looks at each other one once.
static bool bubble(Shelf *shelf, Key *key) {
  int size, carried, following;
  if (!count_parcels(shelf, &size)) return false;
  for (int end = size - 1, last_swap; end > 0; end = last_swap) {
    last_swap = 0;
    if (!look(shelf, 0, &carried)) return false;
    for (int place = 0; place < end; place++) {
      if (!look(shelf, place + 1, &following)) return false;
      if (key(following) >= key(carried)) {
        carried = following;
      } else {
        if (!swap(shelf, place, place + 1)) return false;
        last_swap = place;
      }
    }
  }
  return true;
}

static bool selection(Shelf *shelf, Key *key) {
  int size, least, number;
  if (!count_parcels(shelf, &size)) return false;
  for (int place = 0; place < size - 1; place++) {
    int chosen = place;
    if (!look(shelf, place, &least)) return false;
    for (int other = place + 1; other < size; other++) {
      if (!look(shelf, other, &number)) return false;
      if (key(number) >= key(least)) continue;
      chosen = other;
      least = number;
    }
    if (chosen != place && !swap(shelf, place, chosen)) return false;
  }
  return true;
}

static bool insertion(Shelf *shelf, Key *key) {
  int size, moving, left;
  if (!count_parcels(shelf, &size)) return false;
  for (int next = 1; next < size; next++) {
    if (!look(shelf, next, &moving)) return false;
    for (int place = next; place > 0; place--) {
      if (!look(shelf, place - 1, &left)) return false;
      if (key(left) <= key(moving)) break;
      if (!swap(shelf, place - 1, place)) return false;
    }
  }
  return true;
}

// Rows that rise.

// The first place whose number is not below the wanted one, and that number: `size` and nothing if all are below.
static bool first_not_below(Shelf *shelf, int size, int wanted, int *place, int *there) {
  int low = 0, high = size, number;
  *there = NOTHING;
  // Everything before `low` is below it; nothing from `high` on is, and `there` stands at `high`.
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (!look(shelf, middle, &number)) return false;
    if (number < wanted) {
      low = middle + 1;
    } else {
      high = middle;
      *there = number;
    }
  }
  *place = high;
  return true;
}

static bool find(Shelf *shelf, int wanted, int *place) {
  int size, there;
  if (!count_parcels(shelf, &size) || !first_not_below(shelf, size, wanted, place, &there)) return false;
  if (there != wanted) *place = NOTHING;
  return true;
}

static bool count(Shelf *shelf, int least, int greatest, int *found) {
  int size, begin, end, there;
  *found = 0;
  if (least > greatest) return true;
  if (!count_parcels(shelf, &size)) return false;
  if (!first_not_below(shelf, size, least, &begin, &there) || !first_not_below(shelf, size, greatest + 1, &end, &there)) return false;
  *found = end - begin;
  return true;
}

// Requests.

static void refuse(Answer *answer, int status, const char *reason) {
  answer->status = status;
  clear(&answer->body);
  add(&answer->body, "{\"error\": ");
  add_quoted(&answer->body, reason, strlen(reason));
  add(&answer->body, "}");
}

static void refuse_without_shelf(Answer *answer) { refuse(answer, 502, "the shelf gives no answer that can be used"); }

// The value of a name in a query, decoded; empty, if it is not there.
static Text parameter(const char *query, const char *name) {
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
  return value;
}

// Reads a number of the query, or refuses it.
static bool read_number(const Request *request, const char *name, int greatest, int *number, Answer *answer) {
  Text text = parameter(request->query, name);
  bool is_short = text.length >= 1 && text.length <= 5 && strspn(text.bytes, "0123456789") == text.length;
  *number = is_short ? atoi(text.bytes) : NOTHING;
  clear(&text);
  bool fits = is_short && *number <= greatest;
  if (!fits) {
    char reason[64];
    snprintf(reason, sizeof reason, "`%s` is a whole number from 0 to %d", name, greatest);
    refuse(answer, 400, reason);
  }
  return fits;
}

static void on_smallest(Shelf *shelf, Request *request, Answer *answer) {
  int wanted;
  Smallest smallest = {0};
  if (!read_number(request, "count", LARGEST_COUNT, &wanted, answer)) return;
  if (!find_smallest(shelf, wanted, &smallest)) {
    refuse_without_shelf(answer);
    return;
  }
  add(&answer->body, "{\"numbers\": [");
  for (int at = 0; at < smallest.count; at++) addf(&answer->body, at > 0 ? ", %d" : "%d", smallest.numbers[at]);
  add(&answer->body, "]}");
}

static void on_find(Shelf *shelf, Request *request, Answer *answer) {
  int wanted, place;
  if (!read_number(request, "number", GREATEST_NUMBER, &wanted, answer)) return;
  if (!find(shelf, wanted, &place)) refuse_without_shelf(answer);
  else if (place == NOTHING) refuse(answer, 404, "there is no such parcel");
  else addf(&answer->body, "{\"place\": %d}", place);
}

static void on_count(Shelf *shelf, Request *request, Answer *answer) {
  int from, to, found;
  if (!read_number(request, "from", GREATEST_NUMBER, &from, answer)) return;
  if (!read_number(request, "to", GREATEST_NUMBER, &to, answer)) return;
  if (!count(shelf, from, to, &found)) refuse_without_shelf(answer);
  else addf(&answer->body, "{\"count\": %d}", found);
}

typedef bool Sort(Shelf *shelf, Key *key);

static const struct {
  const char *name;
  Sort *sort;
} sorts[] = {{"bubble", bubble}, {"selection", selection}, {"insertion", insertion}};

static const struct {
  const char *name;
  Key *key;
} keys[] = {{"number", whole}, {"street", street}};

// What a body wishes; without a sort or a key, if it is no wish.
typedef struct {
  Sort *sort;
  Key *key;
} Wish;

static Wish read_wish(const Text *body) {
  Wish wish = {0};
  const char *json = whole_value(body);
  if (json == NULL || *json != '{') return wish;
  const char *by = member(json, "by"), *key = member(json, "key");
  for (size_t at = 0; at < sizeof sorts / sizeof *sorts; at++)
    if (by != NULL && is_word(by, sorts[at].name)) wish.sort = sorts[at].sort;
  for (size_t at = 0; at < sizeof keys / sizeof *keys; at++)
    if (key != NULL && is_word(key, keys[at].name)) wish.key = keys[at].key;
  if (key == NULL) wish.key = whole;
  return wish;
}

static void on_sort(Shelf *shelf, Request *request, Answer *answer) {
  if (request->unread > LARGEST_BODY) {
    refuse(answer, 400, "a wish is a small JSON object");
    return;
  }
  Text body = read_body(request);
  Wish wish = read_wish(&body);
  clear(&body);
  if (!wish.sort || !wish.key) refuse(answer, 400, "`by` is one of bubble, selection, insertion, and `key` one of number, street");
  else if (!wish.sort(shelf, wish.key)) refuse_without_shelf(answer);
  else addf(&answer->body, "{\"reads\": %d, \"swaps\": %d}", shelf->reads, shelf->swaps);
}

static const struct {
  const char *method, *path;
  void (*handle)(Shelf *shelf, Request *request, Answer *answer);
} routes[] = {
  {"GET", "/smallest", on_smallest},
  {"POST", "/sort", on_sort},
  {"GET", "/find", on_find},
  {"GET", "/count", on_count},
};

static void work(const char *url, Request *request, Answer *answer) {
  Shelf shelf = {url, 0, 0};
  for (size_t at = 0; at < sizeof routes / sizeof *routes; at++) {
    if (strcmp(routes[at].method, request->method) != 0 || strcmp(routes[at].path, request->path) != 0) continue;
    routes[at].handle(&shelf, request, answer);
    return;
  }
  refuse(answer, 404, "there is nothing here");
}

int main(void) {
  const char *url = must(getenv("SHELF_URL"));
  Request request;
  while (read_head(&request)) {
    Answer answer = {.status = 200};
    work(url, &request, &answer);
    send_answer(&answer, &request);
    end_request(&request);
  }
  return 0;
}
