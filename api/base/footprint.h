/* Keeps the memory that the kernel counts as the process's near to what it uses. */
#ifndef MQDECK_BASE_FOOTPRINT_H
#define MQDECK_BASE_FOOTPRINT_H

/* Once, before anything is allocated in earnest: one heap, and large blocks go back to the kernel when they are freed.
 */
void footprint_limit_heap(void);

#endif
