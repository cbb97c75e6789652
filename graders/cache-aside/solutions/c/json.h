// JSON that is only looked at: where each value ends, and where an object's members are.
#pragma once

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

// Each function reads something at `at` and answers where it ends, or NULL.

static const char *space(const char *at) { return at + strspn(at, " \t\r\n"); }

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

static const char *digits_end(const char *at) {
  if (!isdigit((unsigned char)*at)) return NULL;
  return at + strspn(at, "0123456789");
}

static const char *number_end(const char *at) {
  if (*at == '-') at++;
  at = *at == '0' ? at + 1 : digits_end(at);
  if (at != NULL && *at == '.') at = digits_end(at + 1);
  if (at != NULL && (*at == 'e' || *at == 'E')) at = digits_end(at + (at[1] == '+' || at[1] == '-' ? 2 : 1));
  return at;
}

static const char *value_end(const char *at, int depth) {
  static const char *const words[] = {"true", "false", "null"};
  if (depth > 64) return NULL;
  if (*at == '"') return string_end(at);
  for (size_t word = 0; word < 3; word++)
    if (strncmp(at, words[word], strlen(words[word])) == 0) return at + strlen(words[word]);
  if (*at != '{' && *at != '[') return number_end(at);
  bool is_object = *at == '{';
  char close = is_object ? '}' : ']';
  at = space(at + 1);
  if (*at == close) return at + 1;
  for (;; at = space(at + 1)) {
    if (is_object) {
      at = string_end(at);
      if (at == NULL || *(at = space(at)) != ':') return NULL;
      at = space(at + 1);
    }
    at = value_end(at, depth + 1);
    if (at == NULL) return NULL;
    at = space(at);
    if (*at == close) return at + 1;
    if (*at != ',') return NULL;
  }
}

// The value of a key in an object that is known to be JSON, or NULL; the last one counts.
static const char *member(const char *object, const char *name) {
  const char *found = NULL;
  for (const char *at = space(object + 1); *at != '}';) {
    const char *end = string_end(at);
    bool is_it = (size_t)(end - at) == strlen(name) + 2 && strncmp(at + 1, name, strlen(name)) == 0;
    at = space(space(end) + 1);
    if (is_it) found = at;
    at = space(value_end(at, 0));
    if (*at == ',') at = space(at + 1);
  }
  return found;
}
