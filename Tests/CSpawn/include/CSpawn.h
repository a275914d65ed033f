#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// What glibc hides from Swift: the program that is started inherits no descriptor from `lowest` on.
int cspawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// A pipe whose ends no program inherits.
int cspawn_pipe(int ends[2]);

#endif
