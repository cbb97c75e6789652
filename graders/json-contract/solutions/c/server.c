// The warehouse: parcels, bills, and a mirror for any JSON. A parcel is kept as the JSON that it was last told as.

#include "http.h"
#include "value.h"

enum { LARGEST_BODY = 1 << 20, LONGEST_REASON = 512 };

typedef struct {
  Request http;
  Value *json; // what its body says, once it was read
} Visit;

static void refuse(Answer *answer, int status, const char *reason) {
  answer->status = status;
  clear(&answer->body);
  add(&answer->body, "{\"error\": ");
  add_quoted(&answer->body, reason, strlen(reason));
  add(&answer->body, "}");
}

static void show(Answer *answer, int status, const Value *value) {
  answer->status = status;
  add_value(&answer->body, value);
}

// Fields: whether a value will do, and what to say if not.

typedef struct {
  const char *name, *wanted;
  bool (*fits)(const Value *value);
  bool is_required;
} Field;

static bool is_number(const Value *value, Number *number) {
  return value->kind == NUMBER && read_number(value->text, value->text + value->length, number);
}

static bool is_price(const Value *value) { return value->kind == NUMBER; }

static bool is_amount(const Value *value) {
  Number number;
  return is_number(value, &number) && !is_below_zero(&number);
}

static bool is_count(const Value *value) {
  Number number;
  return is_amount(value) && is_number(value, &number) && is_whole(&number);
}

static bool is_barcode(const Value *value) {
  static const char greatest[] = "9223372036854775807";
  Number number, most;
  read_number(greatest, greatest + strlen(greatest), &most);
  return is_count(value) && is_number(value, &number) && compare(&number, &most) <= 0;
}

static bool is_name(const Value *value) { return value->kind == STRING && value->length > 0; }

static bool is_note(const Value *value) { return value->kind == STRING || is_null(value); }

static bool is_object(const Value *value) { return value->kind == OBJECT; }

static const Field parcel_fields[] = {
  {"barcode", "a whole number from 0 to 9223372036854775807", is_barcode, true},
  {"to", "a text that is not empty", is_name, true},
  {"value", "a number from 0 up", is_amount, false},
  {"note", "a text or null", is_note, false},
  {"extra", "an object", is_object, false},
  {0},
};

static const Field line_fields[] = {
  {"price", "a number", is_price, true},
  {"count", "a whole number from 0 up", is_count, true},
  {0},
};

// Refuses what is no such object, and says why.
static bool has_fields(const Value *value, const char *what, const Field *fields, Answer *answer) {
  char reason[LONGEST_REASON] = "";
  if (value->kind != OBJECT) snprintf(reason, sizeof reason, "%s is an object", what);
  for (size_t at = 0; at < value->count && *reason == '\0'; at++) {
    const Value *key = value->members[at].key;
    const Field *field = fields;
    while (field->name != NULL && !is_text(key, field->name)) field++;
    if (field->name == NULL) snprintf(reason, sizeof reason, "%s has no field %s", what, key->text);
    else if (!field->fits(value->members[at].value)) snprintf(reason, sizeof reason, "%s is %s", field->name, field->wanted);
  }
  for (const Field *field = fields; field->name != NULL && *reason == '\0'; field++)
    if (field->is_required && !member(value, field->name, strlen(field->name)))
      snprintf(reason, sizeof reason, "%s needs a field %s", what, field->name);
  if (*reason != '\0') refuse(answer, 400, reason);
  return *reason == '\0';
}

// RFC 7396, section 2. Neither of the two is changed.
static Value *merged(Value *target, Value *patch) {
  if (patch->kind != OBJECT) return patch;
  Value *result = new_value(OBJECT, "", 0);
  bool is_into = target != NULL && target->kind == OBJECT;
  for (size_t at = 0; is_into && at < target->count; at++) {
    Member old = target->members[at];
    Value *change = member(patch, old.key->text, old.key->length);
    if (change == NULL) add_member(result, old.key, old.value);
    else if (!is_null(change)) add_member(result, old.key, merged(old.value, change));
  }
  for (size_t at = 0; at < patch->count; at++) {
    Member new = patch->members[at];
    bool was_there = is_into && member(target, new.key->text, new.key->length) != NULL;
    if (!was_there && !is_null(new.value)) add_member(result, new.key, merged(NULL, new.value));
  }
  return result;
}

// Parcels.

typedef struct {
  char *id;
  Text json;
} Parcel;

static Parcel *parcels;
static size_t parcel_count;

static Parcel *find_parcel(const char *id) {
  for (size_t at = 0; at < parcel_count; at++)
    if (strcmp(parcels[at].id, id) == 0) return &parcels[at];
  return NULL;
}

static void keep_parcel(const char *id, const Value *value) {
  Parcel *parcel = find_parcel(id);
  if (parcel == NULL) {
    parcels = must(realloc(parcels, (parcel_count + 1) * sizeof *parcels));
    parcel = &parcels[parcel_count++];
    *parcel = (Parcel){must(strdup(id)), {0}};
  }
  clear(&parcel->json);
  add_value(&parcel->json, value);
}

// Requests.

static bool is_type(const char *given, const char *wanted) {
  size_t length = strcspn(given, ";");
  while (length > 0 && strchr(" \t", given[length - 1])) length--;
  return length == strlen(wanted) && strncasecmp(given, wanted, length) == 0;
}

// Reads the body as JSON, or refuses it.
static bool read_body_as_json(Visit *visit, bool is_patch, Answer *answer) {
  const char *type = header(&visit->http, "Content-Type"), *wrong = NULL;
  bool fits = type && (is_type(type, "application/json") || (is_patch && is_type(type, "application/merge-patch+json")));
  if (!fits) {
    refuse(answer, 415, is_patch ? "a patch is application/merge-patch+json" : "the body has to be application/json");
  } else if (visit->http.unread > LARGEST_BODY) {
    refuse(answer, 413, "the body is too long");
  } else {
    Text body = read_body(&visit->http);
    visit->json = read_json(body.bytes, body.length, &wrong);
    if (wrong != NULL) refuse(answer, 400, wrong);
    clear(&body);
  }
  return visit->json != NULL;
}

static void on_mirror(Visit *visit, Answer *answer) {
  if (read_body_as_json(visit, false, answer)) show(answer, 200, visit->json);
}

static void on_total(Visit *visit, Answer *answer) {
  if (!read_body_as_json(visit, false, answer)) return;
  if (visit->json->kind != LIST) {
    refuse(answer, 400, "a bill is a list of lines");
    return;
  }
  Number owed = {0}, back = {0};
  for (size_t at = 0; at < visit->json->count; at++) {
    const Value *line = visit->json->members[at].value;
    Number price, count;
    if (!has_fields(line, "a line", line_fields, answer)) return;
    is_number(member(line, "price", 5), &price);
    is_number(member(line, "count", 5), &count);
    add_times(price.is_negative ? &back : &owed, &price, &count);
  }
  Number total = difference(&owed, &back);
  answer->status = 200;
  add(&answer->body, "{\"total\": ");
  add_number(&answer->body, &total);
  add(&answer->body, "}");
}

static void on_parcel(Visit *visit, const char *id, Answer *answer) {
  const char *method = visit->http.method, *wrong;
  bool is_patch = strcmp(method, "PATCH") == 0, is_put = strcmp(method, "PUT") == 0;
  if ((is_patch || is_put) && !read_body_as_json(visit, is_patch, answer)) return;
  const Parcel *known = find_parcel(id);
  if (known == NULL && !is_put) {
    refuse(answer, 404, "there is no such parcel");
    return;
  }
  Value *before = known ? read_json(known->json.bytes, known->json.length, &wrong) : NULL;
  Value *parcel = is_put ? visit->json : is_patch ? merged(before, visit->json) : before;
  if (!has_fields(parcel, "a parcel", parcel_fields, answer)) return;
  if (is_patch || is_put) keep_parcel(id, parcel);
  show(answer, known == NULL ? 201 : 200, parcel);
}

// Refuses a method that is not among these.
static bool is_allowed(const Visit *visit, const char *allowed, Answer *answer) {
  char known[64];
  snprintf(known, sizeof known, "%s", allowed);
  for (char *method = strtok(known, ", "); method != NULL; method = strtok(NULL, ", "))
    if (strcmp(method, visit->http.method) == 0) return true;
  refuse(answer, 405, "that is not known here");
  addf(&answer->headers, "Allow: %s\r\n", allowed);
  return false;
}

static void route(Visit *visit, Answer *answer) {
  const char *path = visit->http.path, *id = strncmp(path, "/parcels/", 9) == 0 ? path + 9 : "";
  bool is_id = *id != '\0';
  for (const char *at = id; *at; at++) is_id = is_id && (isalnum((unsigned char)*at) || *at == '-');
  if (strcmp(path, "/mirror") == 0) {
    if (is_allowed(visit, "POST", answer)) on_mirror(visit, answer);
  } else if (strcmp(path, "/total") == 0) {
    if (is_allowed(visit, "POST", answer)) on_total(visit, answer);
  } else if (is_id) {
    if (is_allowed(visit, "GET, HEAD, PUT, PATCH", answer)) on_parcel(visit, id, answer);
  } else {
    refuse(answer, 404, "there is nothing here");
  }
}

int main(void) {
  Visit visit = {0};
  while (read_head(&visit.http)) {
    Answer answer = {0};
    route(&visit, &answer);
    send_answer(&answer, &visit.http);
    end_request(&visit.http);
    forget_all();
    visit = (Visit){0};
  }
  return 0;
}
