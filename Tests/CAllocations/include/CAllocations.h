#ifndef C_ALLOCATIONS_H
#define C_ALLOCATIONS_H

/* How often this thread has asked for memory since it began to count, and how many bytes of it it has not given back;
   -1 where nobody can count. */

void allocations_begin(void);
long allocations_end(void);
long allocations_held(void);

#endif
