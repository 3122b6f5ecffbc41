/* A typed growing array: `VEC(struct pod *) pods = {0}; vec_push(&pods, pod);` The owner calls vec_finish(). */
#ifndef MQDECK_BASE_VEC_H
#define MQDECK_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"

#define VEC(type)                                                                                                      \
	struct {                                                                                                       \
		type *items;                                                                                           \
		size_t len;                                                                                            \
		size_t size;                                                                                           \
	}

#define vec_reserve(vec, count)                                                                                        \
	do {                                                                                                           \
		size_t vec_need_ = (count);                                                                            \
		if (vec_need_ > (vec)->size) {                                                                         \
			size_t vec_size_ = (vec)->size ? (vec)->size : 8;                                              \
			while (vec_size_ < vec_need_)                                                                  \
				vec_size_ *= 2;                                                                        \
			(vec)->items = mem_resize((vec)->items, vec_size_, sizeof *(vec)->items);                      \
			(vec)->size = vec_size_;                                                                       \
		}                                                                                                      \
	} while (0)

#define vec_push(vec, ...)                                                                                             \
	do {                                                                                                           \
		vec_reserve(vec, (vec)->len + 1);                                                                      \
		(vec)->items[(vec)->len++] = (__VA_ARGS__);                                                            \
	} while (0)

/* Keeps the order. */
#define vec_remove(vec, index)                                                                                         \
	do {                                                                                                           \
		size_t vec_at_ = (index);                                                                              \
		memmove((vec)->items + vec_at_, (vec)->items + vec_at_ + 1,                                            \
			((vec)->len - vec_at_ - 1) * sizeof *(vec)->items);                                            \
		(vec)->len--;                                                                                          \
	} while (0)

#define vec_clear(vec) ((void)((vec)->len = 0))

#define vec_finish(vec)                                                                                                \
	do {                                                                                                           \
		free((vec)->items);                                                                                    \
		(vec)->items = NULL;                                                                                   \
		(vec)->len = (vec)->size = 0;                                                                          \
	} while (0)

#define vec_each(vec, it)                                                                                              \
	for (__typeof__((vec)->items + 0) it = (vec)->items; it && it < (vec)->items + (vec)->len; it++)

#endif
