// JSON as the warehouse understands it: read strictly, and written as it was meant. Values live until the request ends.
#pragma once

#include "number.h"

enum { DEEPEST = 50 };

typedef enum { WORD, NUMBER, STRING, LIST, OBJECT } Kind;

typedef struct Value Value;

typedef struct {
  Value *key; // a text; none in a list
  Value *value;
} Member;

struct Value {
  Kind kind;
  char *text; // of a word or a number as it came, of a text what it means
  size_t length;
  Member *members;
  size_t count, room;
};

// Memory of one request.

static void **kept;
static size_t kept_count, kept_room;

static void *keep(size_t size) {
  if (kept_count == kept_room) {
    kept_room = kept_room * 2 + 64;
    kept = must(realloc(kept, kept_room * sizeof *kept));
  }
  return kept[kept_count++] = must(calloc(1, size));
}

static void forget_all(void) {
  while (kept_count > 0) free(kept[--kept_count]);
}

static Value *new_value(Kind kind, const char *text, size_t length) {
  Value *value = keep(sizeof *value);
  value->kind = kind;
  value->text = keep(length + 1);
  memcpy(value->text, text, length);
  value->length = length;
  return value;
}

static void add_member(Value *to, Value *key, Value *value) {
  if (to->count == to->room) {
    size_t room = to->room * 2 + 4;
    Member *members = keep(room * sizeof *members);
    if (to->count > 0) memcpy(members, to->members, to->count * sizeof *members);
    to->members = members;
    to->room = room;
  }
  to->members[to->count++] = (Member){key, value};
}

static bool is_text(const Value *value, const char *text) {
  return value->length == strlen(text) && memcmp(value->text, text, value->length) == 0;
}

static bool is_null(const Value *value) { return value->kind == WORD && is_text(value, "null"); }

static Value *member(const Value *object, const char *text, size_t length) {
  for (size_t at = 0; at < object->count; at++) {
    const Value *key = object->members[at].key;
    if (key->length == length && memcmp(key->text, text, length) == 0) return object->members[at].value;
  }
  return NULL;
}

// Reading. What is wrong is said in `wrong`, and then nothing is read any more.

typedef struct {
  const char *at, *end;
  int depth;
  const char *wrong;
} Reader;

static Value *fail(Reader *reader, const char *wrong) {
  reader->wrong = wrong;
  return NULL;
}

static bool comes(const Reader *reader, const char *words) {
  size_t length = strlen(words);
  return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, words, length) == 0;
}

static void skip_space(Reader *reader) {
  while (reader->at < reader->end && *reader->at != '\0' && strchr(" \t\r\n", *reader->at)) reader->at++;
}

// Four hexadecimal digits, or -1.
static long read_unit(Reader *reader) {
  long unit = 0;
  for (int digit = 0; digit < 4; digit++, reader->at++) {
    if (reader->at == reader->end || !isxdigit((unsigned char)*reader->at)) return -1;
    char letter = (char)tolower((unsigned char)*reader->at);
    unit = unit * 16 + (letter <= '9' ? letter - '0' : letter - 'a' + 10);
  }
  return unit;
}

// What stands behind `\u`: a character, or two halves of one. False: it is none.
static bool read_character(Reader *reader, Text *into) {
  long code = read_unit(reader);
  if (code >= 0xd800 && code < 0xdc00) {
    bool has_other = comes(reader, "\\u");
    if (has_other) reader->at += 2;
    long other = has_other ? read_unit(reader) : -1;
    if (other < 0xdc00 || other > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (other - 0xdc00);
  } else if (code < 0 || (code >= 0xdc00 && code < 0xe000)) {
    return false;
  }
  char bytes[4];
  size_t length = 0;
  if (code < 0x80) bytes[length++] = (char)code;
  else if (code < 0x800) bytes[length++] = (char)(0xc0 | code >> 6);
  else if (code < 0x10000) bytes[length++] = (char)(0xe0 | code >> 12);
  else bytes[length++] = (char)(0xf0 | code >> 18);
  if (code >= 0x10000) bytes[length++] = (char)(0x80 | (code >> 12 & 0x3f));
  if (code >= 0x800) bytes[length++] = (char)(0x80 | (code >> 6 & 0x3f));
  if (code >= 0x80) bytes[length++] = (char)(0x80 | (code & 0x3f));
  append(into, bytes, length);
  return true;
}

static Value *read_text(Reader *reader) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  Text text = {0};
  add(&text, "");
  for (reader->at++; reader->at < reader->end && *reader->at != '"' && reader->wrong == NULL;) {
    const char *escape = reader->at + 1 < reader->end && reader->at[1] != '\0' ? strchr(letters, reader->at[1]) : NULL;
    if ((unsigned char)*reader->at < 0x20) {
      fail(reader, "a control character in a text has to be escaped");
    } else if (*reader->at != '\\') {
      append(&text, reader->at++, 1);
    } else if (escape != NULL) {
      append(&text, &meanings[escape - letters], 1);
      reader->at += 2;
    } else if (comes(reader, "\\u")) {
      reader->at += 2;
      if (!read_character(reader, &text)) fail(reader, "half a character is none");
    } else {
      fail(reader, "there is no such escape");
    }
  }
  if (reader->wrong == NULL && reader->at == reader->end) fail(reader, "a text does not end");
  Value *value = reader->wrong == NULL ? new_value(STRING, text.bytes, text.length) : NULL;
  reader->at++;
  clear(&text);
  return value;
}

static bool skip_digits(Reader *reader) {
  const char *begin = reader->at;
  while (reader->at < reader->end && isdigit((unsigned char)*reader->at)) reader->at++;
  return reader->at > begin;
}

static Value *read_digits(Reader *reader) {
  const char *begin = reader->at;
  if (comes(reader, "-")) reader->at++;
  bool is_right = true;
  if (comes(reader, "0")) reader->at++;
  else is_right = skip_digits(reader);
  if (is_right && comes(reader, ".")) {
    reader->at++;
    is_right = skip_digits(reader);
  }
  if (is_right && (comes(reader, "e") || comes(reader, "E"))) {
    reader->at++;
    if (comes(reader, "+") || comes(reader, "-")) reader->at++;
    is_right = skip_digits(reader);
  }
  Number number;
  if (!is_right) return fail(reader, "that is no JSON");
  if (!read_number(begin, reader->at, &number)) return fail(reader, "a number has at most 30 digits, and 20 behind the point");
  return new_value(NUMBER, begin, (size_t)(reader->at - begin));
}

static Value *read_value(Reader *reader);

static Value *read_members(Reader *reader, Kind kind) {
  const char *close = kind == OBJECT ? "}" : "]";
  Value *value = new_value(kind, "", 0);
  if (++reader->depth > DEEPEST) return fail(reader, "no more than 50 lists and objects stand in one another");
  reader->at++;
  skip_space(reader);
  bool is_empty = comes(reader, close);
  while (!is_empty) {
    Value *key = NULL;
    skip_space(reader);
    if (kind == OBJECT) {
      key = comes(reader, "\"") ? read_text(reader) : fail(reader, "a key is a text");
      if (key == NULL) return NULL;
      if (member(value, key->text, key->length)) return fail(reader, "a key stands twice");
      skip_space(reader);
      if (!comes(reader, ":")) return fail(reader, "behind a key stands a colon");
      reader->at++;
    }
    Value *item = read_value(reader);
    if (item == NULL) return NULL;
    add_member(value, key, item);
    skip_space(reader);
    if (comes(reader, close)) break;
    if (!comes(reader, ",")) return fail(reader, "a list or an object does not end");
    reader->at++;
  }
  reader->at++;
  reader->depth--;
  return value;
}

static Value *read_value(Reader *reader) {
  static const char *const words[] = {"true", "false", "null"};
  skip_space(reader);
  if (comes(reader, "{")) return read_members(reader, OBJECT);
  if (comes(reader, "[")) return read_members(reader, LIST);
  if (comes(reader, "\"")) return read_text(reader);
  for (size_t at = 0; at < 3; at++) {
    if (!comes(reader, words[at])) continue;
    reader->at += strlen(words[at]);
    return new_value(WORD, words[at], strlen(words[at]));
  }
  return read_digits(reader);
}

// The one value in a body, or NULL and why.
static Value *read_json(const char *body, size_t length, const char **wrong) {
  Reader reader = {body, body + length, 0, NULL};
  Value *value = is_utf8(body, length) ? read_value(&reader) : fail(&reader, "JSON is UTF-8");
  skip_space(&reader);
  if (value != NULL && reader.at != reader.end) value = fail(&reader, "behind the value stands something else");
  *wrong = reader.wrong;
  return value;
}

static void add_value(Text *text, const Value *value) {
  if (value->kind == STRING) add_quoted(text, value->text, value->length);
  else append(text, value->text, value->length);
  if (value->kind != LIST && value->kind != OBJECT) return;
  add(text, value->kind == OBJECT ? "{" : "[");
  for (size_t at = 0; at < value->count; at++) {
    if (at > 0) add(text, ", ");
    if (value->kind == OBJECT) {
      add_value(text, value->members[at].key);
      add(text, ": ");
    }
    add_value(text, value->members[at].value);
  }
  add(text, value->kind == OBJECT ? "}" : "]");
}
