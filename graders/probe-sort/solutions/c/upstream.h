// Requests to the upstreams of an exercise. A program for WASI has no sockets: whoever runs it asks for it.
#pragma once

#include "text.h"

enum { ASK_REFUSED = -1, ASK_TIMED_OUT = -2, ASK_BROKEN = -3, ASK_NO_REQUEST = -4 };

// Sends a request, a whole HTTP/1.1 message whose target is an absolute address ("GET http://127.0.0.1:9000/size HTTP/1.1\r\n..."), to an
// upstream of the exercise, and waits for the answer so many milliseconds at most. Returns the length of the answer in bytes, or one of the above.
__attribute__((import_module("gradus"), import_name("ask"))) int gradus_ask(const char *request, size_t length, unsigned milliseconds);

// Writes the answer that came last, a whole HTTP/1.1 message with a Content-Length, to a place with room for its length.
__attribute__((import_module("gradus"), import_name("answer"))) void gradus_answer(char *into);

typedef struct {
  int status; // one of the above, if no answer came that can be read
  Text body;
} Reply;

// Whoever sends the request adds its headers Host and Content-Length. The reply's body is the caller's to clear.
static Reply ask(const char *method, const char *url, const char *json, unsigned milliseconds) {
  Text request = {0};
  add(&request, method);
  add(&request, " ");
  add(&request, url);
  add(&request, json ? " HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" : " HTTP/1.1\r\n\r\n");
  if (json != NULL) add(&request, json);
  int length = gradus_ask(request.bytes, request.length, milliseconds);
  clear(&request);
  Reply reply = {length < 0 ? length : ASK_BROKEN, {0}};
  if (length < 0) return reply;
  Text answer = {must(malloc((size_t)length + 1)), (size_t)length, (size_t)length + 1};
  gradus_answer(answer.bytes);
  answer.bytes[answer.length] = '\0';
  const char *blank = strstr(answer.bytes, "\r\n\r\n");
  if (blank != NULL && sscanf(answer.bytes, "HTTP/%*s %3d", &reply.status) == 1) {
    const char *body = blank + strlen("\r\n\r\n");
    append(&reply.body, body, (size_t)(answer.bytes + answer.length - body));
  }
  clear(&answer);
  return reply;
}
