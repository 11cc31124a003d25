// A disk that forgets: preloaded into a process, it keeps a journal of everything written to the files of one folder
// and of when it was made durable, so that after a kill the test can take back any part that no fsync covered.
// The process works on real files; nothing here decides what is lost (`disk.rs` does). Never touches other files.
//
//   ABIDE_SHIM_FOLDER    the folder watched, as a real path
//   ABIDE_SHIM_JOURNAL   a folder on the same file system: `log` is the journal, `saved-N` files that lost their name
//   ABIDE_SHIM_FAULT     a file of one byte, read before each call: `-` none, `S` no space, `R` read-only, `I` fsync fails
//   ABIDE_SHIM_KILL_AT   end the process abruptly at this journalled call, counted from 1
//
// Only what SQLite and Rust's standard library call is watched. Shared memory (`-shm`) is not durable by design and is
// left alone. Directory entries are durable only after fsync of their directory, as POSIX has it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// One record: this head, then `old_length` and `new_length` bytes. `disk.rs` reads the same layout.
struct head {
    uint64_t kind, file, offset, size_before, old_length, new_length;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[PATH_MAX], journal[PATH_MAX];
static volatile const char *fault = "-";
static int log_fd = -1;
static uint64_t calls, kill_at, saved;

// Files being watched, by inode. A watched inode is never reused: a file that loses its name is kept under `saved-N`.
static uint64_t watched[4096];
static size_t watched_count;

static void die(const char *what) {
    dprintf(2, "shim: %s: %s\n", what, strerror(errno));
    _exit(97);
}

static int raw_open(const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void start(void) {
    const char *text = getenv("ABIDE_SHIM_FOLDER");
    if (!text) return;
    snprintf(folder, sizeof folder, "%s", text);
    text = getenv("ABIDE_SHIM_JOURNAL");
    if (!text) die("ABIDE_SHIM_JOURNAL is not set");
    snprintf(journal, sizeof journal, "%s", text);
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/log", journal);
    log_fd = raw_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) die(path);
    if ((text = getenv("ABIDE_SHIM_KILL_AT"))) kill_at = strtoull(text, NULL, 10);
    if ((text = getenv("ABIDE_SHIM_FAULT"))) {
        int fd = raw_open(text, O_RDONLY | O_CLOEXEC, 0);
        void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED) die(text);
        fault = page;
    }
}

static void enter(void) {
    pthread_once(&once, start);
    pthread_mutex_lock(&gate);
}

static void leave(void) { pthread_mutex_unlock(&gate); }

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, log_fd, at, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) die("writing the journal");
        at += done;
        length -= (size_t)done;
    }
}

// Append one record. The head and its bytes may be torn by a kill; the reader drops a torn tail, which is a call that
// had not been made yet.
static void record(char kind, uint64_t file, uint64_t offset, uint64_t size_before, const void *old_bytes,
                   size_t old_length, const void *new_bytes, size_t new_length) {
    struct head head = {(uint64_t)kind, file, offset, size_before, old_length, new_length};
    if (kill_at && ++calls == kill_at) kill(getpid(), SIGKILL);
    put(&head, sizeof head);
    put(old_bytes, old_length);
    put(new_bytes, new_length);
}

static int inside(const char *path) {
    size_t length = strlen(folder), whole = strlen(path);
    if (length == 0 || strncmp(path, folder, length) != 0 || path[length] != '/') return 0;
    return whole < 4 || strcmp(path + whole - 4, "-shm") != 0;
}

// The real path of a name that may not exist yet.
static int resolve(const char *path, char *real) {
    char parent[PATH_MAX], found[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash) snprintf(parent, sizeof parent, "%.*s", (int)(slash - path) + 1, path);
    else strcpy(parent, ".");
    if (!realpath(parent, found)) return 0;
    return snprintf(real, PATH_MAX, "%s/%s", found, slash ? slash + 1 : path) < PATH_MAX;
}

static uint64_t folder_of(const char *real) {
    char parent[PATH_MAX];
    struct stat found;
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(real, '/') - real), real);
    return stat(parent, &found) == 0 ? found.st_ino : 0;
}

static int is_watched(int fd, struct stat *found) {
    if (watched_count == 0 || fstat(fd, found) != 0 || !S_ISREG(found->st_mode)) return 0;
    for (size_t at = 0; at < watched_count; at++)
        if (watched[at] == found->st_ino) return 1;
    return 0;
}

static void watch(uint64_t inode) {
    for (size_t at = 0; at < watched_count; at++)
        if (watched[at] == inode) return;
    if (watched_count == sizeof watched / sizeof *watched) die("too many files");
    watched[watched_count++] = inode;
}

// The bytes of a file from `offset`, at most `length`; the caller frees them. The descriptor may be write-only.
static char *read_back(int fd, uint64_t offset, size_t length, size_t *got) {
    char name[64], *bytes = malloc(length ? length : 1);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int reader = raw_open(name, O_RDONLY | O_CLOEXEC, 0);
    if (reader < 0 || !bytes) die("reading back");
    *got = 0;
    while (*got < length) {
        ssize_t done = syscall(SYS_pread64, reader, bytes + *got, length - *got, offset + *got);
        if (done <= 0) break;
        *got += (size_t)done;
    }
    syscall(SYS_close, reader);
    return bytes;
}

static ssize_t watched_write(int fd, const void *bytes, size_t length, off_t offset, int positioned) {
    struct stat found;
    if (!is_watched(fd, &found)) {
        return positioned ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
    }
    if (*fault == 'R') return errno = EROFS, -1;
    if (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) offset = found.st_size;
    else if (!positioned) offset = lseek(fd, 0, SEEK_CUR);
    if (*fault == 'S' && offset + (off_t)length > found.st_size) {
        // What overwrites still fits on a full disk: a write that begins there is cut short.
        if (offset >= found.st_size) return errno = ENOSPC, -1;
        length = (size_t)(found.st_size - offset);
    }
    size_t had;
    char *old = read_back(fd, (uint64_t)offset, length, &had);
    record('W', found.st_ino, (uint64_t)offset, (uint64_t)found.st_size, old, had, bytes, length);
    free(old);
    return positioned ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
}

static ssize_t locked_write(int fd, const void *bytes, size_t length, off_t offset, int positioned) {
    enter();
    ssize_t done = watched_write(fd, bytes, length, offset, positioned);
    int error = errno;
    leave();
    errno = error;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return locked_write(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return locked_write(fd, bytes, length, offset, 1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    return locked_write(fd, bytes, length, offset, 1);
}

// A vectored write may be short, so the first piece that is not empty will do for a watched file.
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    struct stat found;
    enter();
    int ours = is_watched(fd, &found);
    leave();
    if (!ours) return syscall(SYS_writev, fd, pieces, count);
    for (int at = 0; at < count; at++)
        if (pieces[at].iov_len > 0) return write(fd, pieces[at].iov_base, pieces[at].iov_len);
    return 0;
}

static int shorten(int fd, off_t length) {
    struct stat found;
    if (!is_watched(fd, &found)) return (int)syscall(SYS_ftruncate, fd, length);
    if (*fault == 'R') return errno = EROFS, -1;
    if (*fault == 'S' && length > found.st_size) return errno = ENOSPC, -1;
    size_t had = 0;
    char *old = read_back(fd, (uint64_t)length, length < found.st_size ? (size_t)(found.st_size - length) : 0, &had);
    record('T', found.st_ino, (uint64_t)length, (uint64_t)found.st_size, old, had, "", 0);
    free(old);
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length) {
    enter();
    int done = shorten(fd, length), error = errno;
    leave();
    errno = error;
    return done;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

// The lock is held through the call, so that the journal's order is the order of what really happened.
static int sync_file(int fd, long call) {
    struct stat found;
    enter();
    int ours = is_watched(fd, &found);
    int directory = !ours && folder[0] && fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
    int done = 0, error = EIO;
    if (ours && *fault == 'I') done = -1;
    else {
        done = (int)syscall(call, fd);
        error = errno;
    }
    if (done == 0 && (ours || directory)) record(ours ? 'S' : 'D', found.st_ino, 0, 0, "", 0, "", 0);
    leave();
    errno = error;
    return done;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static int watched_open(int at, const char *path, int flags, mode_t mode) {
    char real[PATH_MAX], absolute[PATH_MAX];
    struct stat found;
    if (at != AT_FDCWD && path[0] != '/') {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        ssize_t length = readlink(link, absolute, sizeof absolute - 1);
        if (length > 0) snprintf(absolute + length, sizeof absolute - (size_t)length, "/%s", path);
    } else {
        snprintf(absolute, sizeof absolute, "%s", path);
    }
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    if (log_fd < 0 || !resolve(absolute, real) || !inside(real) || (flags & O_TMPFILE) == O_TMPFILE)
        return (int)syscall(SYS_openat, at, path, flags, mode);
    int existed = lstat(real, &found) == 0;
    if (existed && !S_ISREG(found.st_mode)) return (int)syscall(SYS_openat, at, path, flags, mode);
    if (*fault == 'R' && (writes || (!existed && (flags & O_CREAT)))) return errno = EROFS, -1;
    if (*fault == 'S' && !existed && (flags & O_CREAT)) return errno = ENOSPC, -1;
    if (!existed && (flags & O_CREAT)) record('C', folder_of(real), 0, 0, real, strlen(real), "", 0);
    int fd = (int)syscall(SYS_openat, at, path, flags & ~O_TRUNC, mode);
    if (fd < 0 || fstat(fd, &found) != 0) return fd;
    watch(found.st_ino);
    if ((flags & O_TRUNC) && writes && found.st_size > 0) shorten(fd, 0);
    return fd;
}

static int locked_open(int at, const char *path, int flags, mode_t mode) {
    enter();
    int fd = watched_open(at, path, flags, mode), error = errno;
    leave();
    errno = error;
    return fd;
}

#define MODE(flags)                                                   \
    mode_t mode = 0;                                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                            \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode = (mode_t)va_arg(rest, int);                             \
        va_end(rest);                                                 \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return locked_open(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags)
    return locked_open(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    MODE(flags)
    return locked_open(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    MODE(flags)
    return locked_open(at, path, flags, mode);
}

// Keep the file behind a name that is about to go; answers its number, or 0 when there is none.
static uint64_t save(const char *real) {
    char name[PATH_MAX + 32];
    struct stat found;
    if (lstat(real, &found) != 0) return 0;
    snprintf(name, sizeof name, "%s/saved-%llu", journal, (unsigned long long)++saved);
    if (link(real, name) != 0) die(name);
    watch(found.st_ino);
    return saved;
}

int unlink(const char *path) {
    char real[PATH_MAX];
    enter();
    int done = -1;
    if (log_fd < 0 || !resolve(path, real) || !inside(real)) done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    else if (*fault == 'R') errno = EROFS;
    else {
        uint64_t kept = save(real);
        if (kept) record('U', folder_of(real), kept, 0, real, strlen(real), "", 0);
        done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    int error = errno;
    leave();
    errno = error;
    return done;
}

int rename(const char *from, const char *to) {
    char old[PATH_MAX], target[PATH_MAX];
    enter();
    int done = -1;
    if (log_fd < 0 || !resolve(from, old) || !resolve(to, target) || !inside(old) || !inside(target))
        done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    else if (*fault == 'R') errno = EROFS;
    else {
        uint64_t kept = save(target);
        record('R', folder_of(target), kept, 0, old, strlen(old), target, strlen(target));
        done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    }
    int error = errno;
    leave();
    errno = error;
    return done;
}
