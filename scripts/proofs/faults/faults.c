// Preloaded into a process: counts its system calls on the files below some folders and makes one of
// them go wrong. Only what goes through libc is seen, which is everything that Node's fs does.
//
//   OCELLI_FAULT_BELOW  prefixes of absolute paths, separated by ':'
//   OCELLI_FAULT_AT     which call, from 1; 0 only counts
//   OCELLI_FAULT        KILL: the process dies before the call. ENOSPC: the call fails so.
//   OCELLI_FAULT_COUNT  a file into which the number of calls is written at exit, if there were any
//   OCELLI_FAULT_MARK   a file into which the name of the call is written that goes wrong
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int is_below(const char *path) {
  const char *prefixes = getenv("OCELLI_FAULT_BELOW");
  char absolute[PATH_MAX];
  if (prefixes == NULL || path == NULL) return 0;
  if (path[0] != '/') {
    char cwd[PATH_MAX / 2];
    if (getcwd(cwd, sizeof cwd) == NULL) return 0;
    snprintf(absolute, sizeof absolute, "%s/%s", cwd, path);
    path = absolute;
  }
  while (*prefixes != '\0') {
    size_t length = strcspn(prefixes, ":");
    if (length > 0 && strncmp(path, prefixes, length) == 0) return 1;
    prefixes += length + (prefixes[length] == ':');
  }
  return 0;
}

static int is_open_below(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return is_below(path);
}

// Leaves word of a fault, for whoever has to know that there was one.
static void mark(const char *name) {
  const char *path = getenv("OCELLI_FAULT_MARK");
  FILE *file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fputs(name, file);
  fclose(file);
}

// Whether this call shall fail; errno is set then. Does not return if the process shall die.
static int goes_wrong(const char *name) {
  const char *at = getenv("OCELLI_FAULT_AT"), *fault = getenv("OCELLI_FAULT");
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (at == NULL || fault == NULL || atol(at) != number) return 0;
  mark(name);
  if (strcmp(fault, "KILL") == 0) kill(getpid(), SIGKILL);
  errno = ENOSPC;
  return 1;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("OCELLI_FAULT_COUNT");
  FILE *file = path == NULL || calls == 0 ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld", (long)calls);
  fclose(file);
}

// Defines `name` with the given parameters: counted where `condition` holds, then as in libc.
#define COUNTED(result, name, parameters, arguments, condition)      \
  result name parameters {                                           \
    static result(*real) parameters;                                 \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name);     \
    if ((condition) && goes_wrong(#name)) return (result)-1;         \
    return real arguments;                                           \
  }

// Only opening for writing changes anything on the disk.
#define OPENING(name)                                                                  \
  int name(const char *path, int flags, ...) {                                         \
    static int (*real)(const char *, int, ...);                                        \
    va_list rest;                                                                      \
    va_start(rest, flags);                                                             \
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;   \
    va_end(rest);                                                                      \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name);                       \
    int writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;                         \
    if (writes && is_below(path) && goes_wrong(#name)) return -1;                      \
    return real(path, flags, mode);                                                    \
  }

OPENING(open)
OPENING(open64)
COUNTED(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size), is_open_below(fd))
COUNTED(ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at), is_open_below(fd))
COUNTED(ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at), is_open_below(fd))
COUNTED(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), is_open_below(fd))
COUNTED(int, fsync, (int fd), (fd), is_open_below(fd))
COUNTED(int, fdatasync, (int fd), (fd), is_open_below(fd))
COUNTED(int, ftruncate, (int fd, off_t size), (fd, size), is_open_below(fd))
COUNTED(int, ftruncate64, (int fd, off64_t size), (fd, size), is_open_below(fd))
COUNTED(int, rename, (const char *from, const char *to), (from, to), is_below(to))
COUNTED(int, mkdir, (const char *path, mode_t mode), (path, mode), is_below(path))
COUNTED(int, rmdir, (const char *path), (path), is_below(path))
COUNTED(int, unlink, (const char *path), (path), is_below(path))
COUNTED(int, close, (int fd), (fd), is_open_below(fd))
