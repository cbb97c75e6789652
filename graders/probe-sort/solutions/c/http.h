// HTTP/1.1 over standard input and output. Whoever runs this sends each request whole, and says how long its body is.
#pragma once

#include "text.h"

#include <strings.h>

enum { LARGEST_LINE = 64 << 10, MOST_HEADERS = 64 };

typedef struct {
  char *name, *value;
} Header;

typedef struct {
  char *method, *path, *query;
  Header headers[MOST_HEADERS];
  size_t count;
  size_t unread; // bytes of the body that are still in standard input
} Request;

typedef struct {
  int status;
  Text headers, body;
} Answer;

static const char *header(const Request *request, const char *name) {
  for (size_t at = 0; at < request->count; at++)
    if (strcasecmp(request->headers[at].name, name) == 0) return request->headers[at].value;
  return NULL;
}

static char *trimmed(char *text) {
  text += strspn(text, " \t");
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t\r\n", text[length - 1])) length--;
  text[length] = '\0';
  return text;
}

// Reads a request up to its body. False: no other one ever comes.
static bool read_head(Request *request) {
  static char line[LARGEST_LINE];
  *request = (Request){0};
  if (fgets(line, sizeof line, stdin) == NULL) return false;
  char *target = strchr(line, ' ');
  char *version = target ? strchr(target + 1, ' ') : NULL;
  if (version == NULL) abort();
  *target++ = *version = '\0';
  char *query = strchr(target, '?');
  if (query != NULL) *query++ = '\0';
  request->method = must(strdup(line));
  request->path = must(strdup(target));
  request->query = must(strdup(query ? query : ""));
  while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "\r\n") != 0) {
    char *colon = strchr(line, ':');
    if (colon == NULL || request->count == MOST_HEADERS) continue;
    *colon = '\0';
    request->headers[request->count++] = (Header){must(strdup(line)), must(strdup(trimmed(colon + 1)))};
  }
  const char *length = header(request, "Content-Length");
  request->unread = length ? strtoul(length, NULL, 10) : 0;
  return true;
}

static Text read_body(Request *request) {
  Text body = {must(malloc(request->unread + 1)), 0, request->unread + 1};
  body.length = fread(body.bytes, 1, request->unread, stdin);
  body.bytes[body.length] = '\0';
  request->unread = 0;
  return body;
}

// Where a body ends, the next request begins: what nobody read is dropped.
static void end_request(Request *request) {
  while (request->unread > 0 && getchar() != EOF) request->unread--;
  for (size_t at = 0; at < request->count; at++) {
    free(request->headers[at].name);
    free(request->headers[at].value);
  }
  free(request->method);
  free(request->path);
  free(request->query);
}

static void send_answer(Answer *answer, const Request *request) {
  printf("HTTP/1.1 %d X\r\n%s", answer->status, answer->headers.bytes ? answer->headers.bytes : "");
  printf("Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", answer->body.length);
  if (strcmp(request->method, "HEAD") != 0) fwrite(answer->body.bytes, 1, answer->body.length, stdout);
  fflush(stdout);
  clear(&answer->headers);
  clear(&answer->body);
}
