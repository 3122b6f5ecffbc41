/* Memory that cannot be had ends the program with a sentence: an operator's console that limps on without memory is
 * worse than one that is started again. Sizes that come from outside are bounded by their caller before they get
 * here. */
#ifndef MQDECK_BASE_MEM_H
#define MQDECK_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                             /* zeroed; free() it */
void *mem_resize(void *block, size_t count, size_t size); /* checked multiplication; new bytes are not zeroed */
/* For what a library allocates for us, and fails for nothing else. */
_Noreturn void mem_end(void);
void *mem_need(void *block);                     /* ends when it is NULL */
char *mem_strdup(const char *text);              /* NULL gives NULL */
char *mem_strndup(const char *text, size_t len); /* takes exactly len bytes, adds NUL */

/* Locals that free themselves: `CLEANUP(free) char *name = …;` and, for types with a destroy function that accepts
 * NULL, DEFINE_CLEANUP(struct loop *, loop_destroy) once and then `CLEANUP(loop_destroy) struct loop *loop`. */
#define CLEANUP(function) __attribute__((cleanup(cleanup_##function)))
#define DEFINE_CLEANUP(type, function)                                                                                 \
	static inline void cleanup_##function(type *it)                                                                \
	{                                                                                                              \
		function(*it);                                                                                         \
	}                                                                                                              \
	struct cleanup_##function##_needs_semicolon

void cleanup_free(void *pointer_to_pointer);
void cleanup_close(const int *fd); /* closes when >= 0 */

/* Overwrites before free, for keys, tokens and passwords. NULL is fine. */
void mem_free_secret(char *secret);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
