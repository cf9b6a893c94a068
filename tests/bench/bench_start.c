/* Starts two programs in turn and prints how long each took, in microseconds:
 *
 *     bench_start ROUNDS PROGRAM-A ARG… -- PROGRAM-B ARG…
 *
 * Interleaved, so that whatever else the machine does falls on both. */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now_nanoseconds(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t run(char **argv, posix_spawn_file_actions_t *quiet) {
	pid_t child;
	int status;
	int64_t began = now_nanoseconds();
	if (posix_spawn(&child, argv[0], quiet, NULL, argv, environ) != 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench_start: %s failed\n", argv[0]);
		exit(3);
	}
	return now_nanoseconds() - began;
}

static int by_value(const void *x, const void *y) {
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

int main(int argc, char **argv) {
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0, split = 2;
	while (split < argc && strcmp(argv[split], "--") != 0) split++;
	if (rounds < 1 || rounds > 100000 || split < 3 || split + 1 >= argc) {
		fprintf(stderr, "bench_start ROUNDS PROGRAM-A ARG… -- PROGRAM-B ARG…\n");
		return 2;
	}
	argv[split] = NULL;
	int64_t *times[2] = {calloc((size_t)rounds, sizeof(int64_t)), calloc((size_t)rounds, sizeof(int64_t))};
	if (!times[0] || !times[1]) return 3;
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	for (int i = 0; i < rounds; i++) {
		times[0][i] = run(argv + 2, &quiet);
		times[1][i] = run(argv + split + 1, &quiet);
	}
	for (int j = 0; j < 2; j++) qsort(times[j], (size_t)rounds, sizeof(int64_t), by_value);
	printf("{\"a\": %.1f, \"b\": %.1f}\n", (double)times[0][rounds / 2] / 1000, (double)times[1][rounds / 2] / 1000);
	free(times[0]);
	free(times[1]);
	posix_spawn_file_actions_destroy(&quiet);
	return 0;
}
