/* Keeps the memory that the kernel counts as the process's near to what it uses. */
#ifndef MQDECK_BASE_FOOTPRINT_H
#define MQDECK_BASE_FOOTPRINT_H

/* Once, before anything is allocated in earnest: one heap, and large blocks go back to the kernel when they are freed.
 */
void footprint_limit_heap(void);

/* Gives up the pages of program and libraries that are code or constants; those that are needed come back from the page
 * cache by themselves. After a phase that will not come again: loading, setting TLS up. Does nothing under a debugger,
 * whose breakpoints are in these pages. */
void footprint_drop_code(void);

#endif
