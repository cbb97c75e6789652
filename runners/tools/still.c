// Holds still what differs between machines and runs, for tools that bake what they see into a component: random numbers, clocks,
// the order of folders, and when, where and how large something lies on a disk. Preload it into one; a program with HOLD_STILL
// in its environment is held from its start, any other from its call of hold_still().
//
// Clocks are replaced as a function of libc. The rest is asked of the kernel directly, too: seccomp brings these calls to a
// handler, which asks the kernel itself and then makes the answer a plain one.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the tools that this is for are made for x86-64"
#endif

enum {
  SECONDS = 1767225600, // 2026-01-01, UTC
  OURS = 0x67726164,    // the sixth argument, which none of these calls has: the handler asks
  FILES = 4096,
  LARGEST = 16 << 20, // bytes of a folder's entries
};

struct entry {
  uint64_t inode;
  int64_t next;
  uint16_t length;
  uint8_t kind;
  char name[];
};

// What is left to be told of an open folder.
struct folder {
  struct entry **sorted;
  size_t count, told;
};

static struct folder folders[FILES];
static volatile int held;

static long ask(long call, long a, long b, long c, long d, long e) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = OURS;
  long answer;
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(call), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return answer;
}

static void *pages(size_t size) {
  long at = syscall(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == -1 ? NULL : (void *)at;
}

// Reads a whole folder and sorts it by names.
static long list(long file, struct folder *folder) {
  size_t names = LARGEST / 32 * sizeof(struct entry *);
  char *bytes = pages(LARGEST);
  struct entry **sorted = pages(names);
  if (!bytes || !sorted)
    return -ENOMEM;
  size_t size = 0, count = 0;
  for (long got; (got = ask(SYS_getdents64, file, (long)(bytes + size), LARGEST - size, 0, 0)) != 0; size += got)
    if (got < 0)
      return got;
  for (size_t at = 0; at < size; at += ((struct entry *)(bytes + at))->length) {
    struct entry *entry = (struct entry *)(bytes + at);
    size_t place = count++;
    for (; place > 0 && strcmp(sorted[place - 1]->name, entry->name) > 0; place--)
      sorted[place] = sorted[place - 1];
    sorted[place] = entry;
  }
  *folder = (struct folder){.sorted = sorted, .count = count};
  return 0;
}

static long tell_folder(long file, char *to, size_t room) {
  if (file < 0 || file >= FILES)
    return ask(SYS_getdents64, file, (long)to, room, 0, 0);
  struct folder *folder = &folders[file];
  // One that was opened, or wound back, since.
  if (ask(SYS_lseek, file, 0, SEEK_CUR, 0, 0) == 0) {
    long failed = list(file, folder);
    if (failed)
      return failed;
  }
  size_t filled = 0;
  for (; folder->told < folder->count; folder->told++) {
    struct entry *entry = folder->sorted[folder->told];
    if (filled + entry->length > room)
      return filled ? (long)filled : -EINVAL;
    memcpy(to + filled, entry, entry->length);
    struct entry *told = (struct entry *)(to + filled);
    told->inode = 1;
    told->next = folder->told + 1;
    filled += entry->length;
  }
  return filled;
}

static void plain_stat(struct stat *about) {
  struct timespec then = {.tv_sec = SECONDS};
  about->st_dev = about->st_ino = about->st_nlink = 1;
  about->st_uid = about->st_gid = 0;
  about->st_blksize = 4096;
  about->st_atim = about->st_mtim = about->st_ctim = then;
  if (S_ISDIR(about->st_mode))
    about->st_size = 4096;
  about->st_blocks = (about->st_size + 511) / 512;
}

static void plain_statx(struct statx *about) {
  struct statx_timestamp then = {.tv_sec = SECONDS};
  uint64_t size = S_ISDIR(about->stx_mode) ? 4096 : about->stx_size;
  struct statx plain = {
      .stx_mask = about->stx_mask & STATX_BASIC_STATS,
      .stx_blksize = 4096,
      .stx_nlink = 1,
      .stx_mode = about->stx_mode,
      .stx_ino = 1,
      .stx_size = size,
      .stx_blocks = (size + 511) / 512,
      .stx_atime = then,
      .stx_ctime = then,
      .stx_mtime = then,
      .stx_dev_minor = 1,
  };
  *about = plain;
}

static long answer(long call, const greg_t *with) {
  long a = with[REG_RDI], b = with[REG_RSI], c = with[REG_RDX], d = with[REG_R10], e = with[REG_R8];
  if (call == SYS_getrandom) {
    for (long at = 0; at < b; at++)
      ((uint8_t *)a)[at] = (uint8_t)(at * 151 + 43);
    return b;
  }
  if (call == SYS_getdents64)
    return tell_folder(a, (char *)b, c);
  long done = ask(call, a, b, c, d, e);
  if (done == 0 && call == SYS_statx)
    plain_statx((struct statx *)e);
  else if (done == 0)
    plain_stat((struct stat *)(call == SYS_newfstatat ? c : b));
  return done;
}

static void handle(int signal, siginfo_t *info, void *context) {
  (void)signal;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  registers[REG_RAX] = answer(info->si_syscall, registers);
}

static void give_up(const char *what) {
  perror(what);
  _exit(1);
}

void hold_still(void) {
  // What is held does not see that it is, and what it starts is not held.
  unsetenv("LD_PRELOAD");
  unsetenv("HOLD_STILL");
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
  if (sigaction(SIGSYS, &action, NULL))
    give_up("sigaction");
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getdents64, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fstat, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_stat, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lstat, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  struct sock_fprog filter = {.len = sizeof steps / sizeof *steps, .filter = steps};
  held = 1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
    give_up("seccomp");
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!held)
    return syscall(SYS_clock_gettime, clock, time);
  *time = (struct timespec){.tv_sec = clock == CLOCK_REALTIME ? SECONDS : 1000};
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  if (getenv("HOLD_STILL"))
    hold_still();
}
