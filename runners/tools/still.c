// Preloaded into a build, it gives out the same random numbers in the same order and stops every clock, so that what is built
// is the same each time. Node's own clock goes on, as it waits by it; what it starts is what counts.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { TODAY = 1767225600 }; // 2026-01-01

static _Atomic uint64_t drawn;

ssize_t getrandom(void *buffer, size_t length, unsigned flags) {
  (void)flags;
  unsigned char *bytes = buffer;
  for (size_t at = 0; at < length; at++) {
    // SplitMix64, a byte of each number.
    uint64_t mixed = atomic_fetch_add(&drawn, UINT64_C(0x9E3779B97F4A7C15));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    bytes[at] = (unsigned char)(mixed >> 56);
  }
  return (ssize_t)length;
}

int getentropy(void *buffer, size_t length) {
  getrandom(buffer, length, 0);
  return 0;
}

long syscall(long number, ...) {
  va_list values;
  va_start(values, number);
  long given[6];
  for (int at = 0; at < 6; at++) given[at] = va_arg(values, long);
  va_end(values);
  if (number == SYS_getrandom) return getrandom((void *)given[0], (size_t)given[1], 0);
  static long (*real)(long, ...);
  if (real == NULL) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int is_calendar = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (!is_calendar && strcmp(program_invocation_short_name, "node") == 0) {
    return (int)syscall(SYS_clock_gettime, clock, now);
  }
  *now = (struct timespec){.tv_sec = is_calendar ? TODAY : 1000};
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  *now = (struct timeval){.tv_sec = TODAY};
  return 0;
}

time_t time(time_t *now) {
  if (now != NULL) *now = TODAY;
  return TODAY;
}
