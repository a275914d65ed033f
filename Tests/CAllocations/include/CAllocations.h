#ifndef C_ALLOCATIONS_H
#define C_ALLOCATIONS_H

/* How often this thread has asked for memory since it began to count; -1 where nobody can count. */

void allocations_begin(void);
long allocations_end(void);

#endif
