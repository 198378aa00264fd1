#define _GNU_SOURCE
#include "CPlatform.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

int cplatform_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cplatform_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cplatform_spawn_in_folder(void *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np((posix_spawn_file_actions_t *)actions, folder);
}

int cplatform_spawn_new_session(void) { return POSIX_SPAWN_SETSID; }

int cplatform_signal_of(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int cplatform_exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
