// Texts that grow, and how they are written in JSON.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *bytes; // ends with a zero as soon as anything was added
  size_t length, room;
} Text;

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

static void clear(Text *text) {
  free(text->bytes);
  *text = (Text){0};
}

// Whether all of it is UTF-8, which knows neither longer ways to say the same nor halves of surrogate pairs.
static bool is_utf8(const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text, *end = at + length;
  while (at < end) {
    int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : -1;
    if (more < 0 || end - at <= more) return false;
    bool is_longer = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xf0 && at[1] < 0x90);
    bool is_none = (*at == 0xed && at[1] > 0x9f) || (*at == 0xf4 && at[1] > 0x8f);
    if (is_longer || is_none) return false;
    for (at++; more > 0; more--, at++)
      if ((*at & 0xc0) != 0x80) return false;
  }
  return true;
}

// Adds a JSON text; bytes that are no UTF-8 are taken for the letters of Latin-1.
static void add_quoted(Text *text, const char *words, size_t length) {
  bool is_text = is_utf8(words, length);
  add(text, "\"");
  for (const char *end = words + length; words < end; words++) {
    unsigned char byte = (unsigned char)*words;
    if (byte == '"' || byte == '\\') addf(text, "\\%c", byte);
    else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_text)) addf(text, "\\u%04x", byte);
    else append(text, words, 1);
  }
  add(text, "\"");
}
