/// What Swift cannot call by itself: variadic system calls, macros, and atomic access to mapped memory.
/// The system's headers stay out of this one, so that its types have one home for Swift: Glibc.
#ifndef CFLEET_H
#define CFLEET_H

#include <stdint.h>

uint64_t cfleet_load(const void *word);
void cfleet_store(void *word, uint64_t value);

/// Sends `signal` to the caller when the thread that started it ends.
int cfleet_signal_at_parents_death(int signal);

/// Orphaned descendants become children of the caller, not of init.
int cfleet_adopt_orphans(void);

/// All threads allocate from one heap, mallopt(3).
void cfleet_one_heap(void);

/// Whether a file has an extended attribute, getxattr(2), whose value is `1`.
int cfleet_has_attribute(const char *path, const char *name);

/// Reads or sets an extended attribute. Returns its length, or 0; -1 with errno set.
long cfleet_get_attribute(const char *path, const char *name, void *value, unsigned long size);
int cfleet_set_attribute(const char *path, const char *name, const void *value, unsigned long size);

/// When a file was made, in nanoseconds since 1970, statx(2); 0 where the file system does not say.
int64_t cfleet_birth(const char *path);

/// Two paths change places in one step, renameat2(2). -1 with errno set; EINVAL where the file system cannot.
int cfleet_exchange(const char *one, const char *other);

/// fork(2), which Swift keeps to itself.
int cfleet_fork(void);

int cfleet_pidfd_open(int pid);

/// Sends SIGKILL to the process behind a pidfd.
int cfleet_pidfd_kill(int pidfd);

/// A child that has ended and is not reaped yet, or 0 when there is none, or -1.
int cfleet_ended_child(void);

/// The kind of file system that a path lies on, as statfs(2) has it in f_type; -1 when it cannot be told.
long cfleet_file_system(const char *path);

/// Locks the first byte of a file (`exclusive` 1) or unlocks it (0), with an open file description lock: it ends with
/// the description, whoever else opens and closes the file.
int cfleet_lock(int fd, int wait, int exclusive);

/// 1 when another description holds the lock, 0 when none does, -1 on error.
int cfleet_lock_is_held(int fd);

#endif
