/// What Swift cannot call by itself: functions and constants that the headers keep behind _GNU_SOURCE, and macros.
/// The system's headers stay out of this one, so that its types have one home for Swift: Glibc.
#ifndef CPLATFORM_H
#define CPLATFORM_H

/// pipe2(2), both ends close-on-exec.
int cplatform_pipe(int ends[2]);

/// eventfd(2), close-on-exec, never blocking.
int cplatform_eventfd(void);

/// posix_spawn_file_actions_addchdir_np(3).
int cplatform_spawn_in_folder(void *actions, const char *folder);

/// The flag of posix_spawnattr_setflags(3) for a new session.
int cplatform_spawn_new_session(void);

/// What wait(2) says: the signal that ended the process or 0, and its exit code or -1.
int cplatform_signal_of(int status);
int cplatform_exit_code_of(int status);

#endif
