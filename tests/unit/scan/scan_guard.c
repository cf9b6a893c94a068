/* What can happen to a file while it is read, and what the scanner keeps itself from. */
#include "test_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/scan/fence.h"
#include "lib/scan/guard.h"

enum { SIZE = 1 << 20 };

static int file_of(char path[32], const char *begin) {
	strcpy(path, "/tmp/polder-guard-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	assert_int_equal(pwrite(fd, begin, strlen(begin), 0), strlen(begin));
	return fd;
}

static void a_mapping_that_is_cut_short_reads_as_zeros_and_is_said(void **state) {
	(void)state;
	char path[32];
	autofd int fd = file_of(path, "begin");
	const volatile char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(p != MAP_FAILED);
	guard_begin((void *)(uintptr_t)p, SIZE);
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(p[0], 'b');
	assert_int_equal(p[SIZE / 2], 0);
	assert_int_equal(p[4096], 0);
	assert_false(guard_end());
	munmap((void *)(uintptr_t)p, SIZE);
	unlink(path);
}

static void a_mapping_that_stays_is_whole(void **state) {
	(void)state;
	char path[32];
	autofd int fd = file_of(path, "begin");
	const volatile char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	guard_begin((void *)(uintptr_t)p, SIZE);
	assert_int_equal(p[SIZE - 1], 0);
	assert_true(guard_end());
	munmap((void *)(uintptr_t)p, SIZE);
	unlink(path);
}

static void a_fault_elsewhere_still_ends_the_program(void **state) {
	(void)state;
	char path[32];
	autofd int fd = file_of(path, "begin");
	const volatile char *guarded = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0), *other = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	pid_t child = fork();
	if (child == 0) {
		int quiet = open("/dev/null", O_WRONLY);
		dup2(quiet, STDERR_FILENO);
		signal(SIGBUS, SIG_DFL);
		guard_begin((void *)(uintptr_t)guarded, SIZE);
		_exit(other[SIZE / 2]);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	munmap((void *)(uintptr_t)guarded, SIZE);
	munmap((void *)(uintptr_t)other, SIZE);
	unlink(path);
}

/* ---- a file that somebody writes to meanwhile ---- */

static atomic_bool stop;

static void *shrink_and_grow(void *p) {
	int fd = *(int *)p;
	while (!atomic_load(&stop)) {
		if (ftruncate(fd, 5000) != 0 || ftruncate(fd, SIZE) != 0) break;
	}
	return NULL;
}

static void a_file_that_shrinks_and_grows_is_inconclusive(void **state) {
	(void)state;
	char path[32];
	autofd int fd = file_of(path, "a long text ");
	pthread_t thread;
	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, shrink_and_grow, &fd), 0);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(scan_path(arena, &options, path, &file, NULL), ERR_OK);
		assert_int_equal(file.verdict, SCAN_INCONCLUSIVE);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	unlink(path);
}

/* ---- the fence ---- */

enum { NO_FILES = 1, NO_CALLS = 2, READS = 4, WRITES = 8, STARTS = 16, SPEAKS = 32, FIRST_RAN = 64 };

static void *mark(void *p) {
	*(int *)p = FIRST_RAN;
	return NULL;
}

/* What a process behind the fence can do, as bits. */
static int behind_fence(const char *path) {
	struct fence f = fence_close();
	pthread_t thread;
	int can = (f.landlock ? 0 : NO_FILES) | (f.calls ? 0 : NO_CALLS), ran = 0;
	if (open(path, O_RDONLY) >= 0) can |= READS;
	if (open(path, O_WRONLY) >= 0 || unlink(path) == 0) can |= WRITES;
	if (f.calls && (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0)) can |= SPEAKS;
	if (f.calls && mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) can |= STARTS;
	if (pthread_create(&thread, NULL, mark, &ran) == 0) pthread_join(thread, NULL);
	char *argv[] = {NULL};
	if ((f.calls || f.landlock) && execv("/bin/true", argv) == 0) can |= STARTS;
	return can | ran;
}

static void behind_the_fence_one_can_read_and_nothing_else(void **state) {
	(void)state;
	char path[32];
	close(file_of(path, "begin"));
	pid_t child = fork();
	if (child == 0) _exit(behind_fence(path));
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	int can = WEXITSTATUS(status);
	assert_true(can & READS);
	assert_true(can & FIRST_RAN);
	assert_false(can & (STARTS | SPEAKS));
	if (!(can & NO_FILES) || !(can & NO_CALLS)) assert_false(can & WRITES);
	unlink(path);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		T(a_mapping_that_is_cut_short_reads_as_zeros_and_is_said), T(a_mapping_that_stays_is_whole), T(a_fault_elsewhere_still_ends_the_program), T(a_file_that_shrinks_and_grows_is_inconclusive),
		T(behind_the_fence_one_can_read_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
