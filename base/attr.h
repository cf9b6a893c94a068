/* Attributes under names that read well, and the scoped clean-ups that need no type of ours. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define must_use      __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define scoped(fn)    __attribute__((cleanup(fn)))

#define lengthof(array) (sizeof(array) / sizeof *(array))

/* `autofree char *p = malloc(n);` frees p when it leaves scope. */
#define autofree scoped(base_cleanup_free_)
static inline void base_cleanup_free_(void *pointer_to_pointer) {
	free(*(void **)pointer_to_pointer);
}

/* `autofd int fd = open(…);` closes fd when it leaves scope, if it is not negative. */
#define autofd scoped(base_cleanup_fd_)
static inline void base_cleanup_fd_(int *fd) {
	if (*fd >= 0) close(*fd);
}

/* `autofile FILE *f = fopen(…);` */
#define autofile scoped(base_cleanup_file_)
static inline void base_cleanup_file_(FILE **f) {
	if (*f) fclose(*f);
}
