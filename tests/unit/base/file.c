#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[] = "/tmp/polder-file-XXXXXX";
static struct arena *arena;

static int set_up(void **state) {
	(void)state;
	arena = arena_new(256 << 20);
	return arena && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
	(void)state;
	char command[100];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	arena_free(arena);
	return system(command) == 0 ? 0 : -1;
}

static const char *in(const char *name) {
	return file_join(arena, folder, name);
}

static void put(const char *path, const char *text) {
	struct err e;
	assert_int_equal(file_put(path, str_of(text), 0644, &e), ERR_OK);
}

static size_t entries(const char *dir) {
	struct file_list list;
	struct err e;
	assert_int_equal(file_walk(arena, dir, "", &list, &e), ERR_OK);
	return list.n;
}

static void a_file_is_written_whole_with_its_mode(void **state) {
	(void)state;
	struct err e;
	struct str text;
	struct stat st;
	const char *path = in("a");
	assert_int_equal(file_write(path, S("first"), 0640, &e), ERR_OK);
	assert_int_equal(file_write(path, S("a\0b"), 0600, &e), ERR_OK);
	assert_int_equal(file_read(arena, path, 100, &text, &e), ERR_OK);
	assert_true(str_eq(text, S("a\0b")));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_write(path, STR_EMPTY, 0600, &e), ERR_OK);
	assert_int_equal(file_read(arena, path, 0, &text, &e), ERR_OK);
	assert_int_equal(text.n, 0);
}

static void what_is_read_has_a_nul_behind(void **state) {
	(void)state;
	struct err e;
	struct str text;
	put(in("nul"), "abc");
	assert_int_equal(file_read(arena, in("nul"), 3, &text, &e), ERR_OK);
	assert_int_equal(text.p[3], 0);
}

static void a_file_over_the_maximum_is_refused_and_one_at_it_is_read(void **state) {
	(void)state;
	struct err e;
	struct str text = S("kept");
	put(in("ten"), "0123456789");
	assert_int_equal(file_read(arena, in("ten"), 9, &text, &e), ERR_TOO_LARGE);
	assert_str(text, "kept");
	assert_int_equal(file_read(arena, in("ten"), 10, &text, &e), ERR_OK);
	assert_int_equal(text.n, 10);
}

static void what_is_no_file_is_refused_with_its_name(void **state) {
	(void)state;
	struct err e;
	struct str text;
	assert_int_equal(file_read(arena, folder, 100, &text, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, folder));
	assert_int_equal(file_read(arena, in("missing"), 100, &text, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.message, "missing"));
	assert_int_equal(file_read(arena, in("nul/below"), 100, &text, &e), ERR_NOT_FOUND);
	assert_int_equal(file_read(arena, "", 100, &text, &e), ERR_NOT_FOUND);
}

static void a_device_without_end_is_refused(void **state) {
	(void)state;
	struct err e;
	struct str text;
	assert_int_equal(file_read(arena, "/dev/zero", 1 << 20, &text, &e), ERR_TOO_LARGE);
}

static void files_of_unknown_size_are_read_to_their_end(void **state) {
	(void)state;
	struct err e;
	struct str text;
	assert_int_equal(file_read(arena, "/proc/self/status", 1 << 20, &text, &e), ERR_OK);
	assert_true(text.n > 100);
}

static void a_pipe_that_nobody_writes_into_is_empty(void **state) {
	(void)state;
	struct err e;
	struct str text;
	assert_int_equal(mkfifo(in("pipe"), 0600), 0);
	assert_int_equal(file_read(arena, in("pipe"), 100, &text, &e), ERR_OK);
	assert_int_equal(text.n, 0);
}

static void *write_slowly(void *arg) {
	int fd = *(int *)arg;
	for (int i = 0; i < 3; i++) {
		usleep(20000);
		if (write(fd, "abc", 3) != 3) break;
	}
	close(fd);
	return NULL;
}

static void a_pipe_is_waited_for_while_somebody_writes(void **state) {
	(void)state;
	struct err e;
	struct str text;
	int fds[2];
	pthread_t thread;
	char path[40];
	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
	assert_int_equal(pthread_create(&thread, NULL, write_slowly, &fds[1]), 0);
	assert_int_equal(file_read(arena, path, 100, &text, &e), ERR_OK);
	pthread_join(thread, NULL);
	close(fds[0]);
	assert_str(text, "abcabcabc");
}

static void a_failed_write_leaves_the_old_file_and_nothing_else(void **state) {
	(void)state;
	struct err e;
	struct str text;
	struct rlimit before, small = {1000, 1000};
	const char *dir = in("limited");
	assert_int_equal(file_make_dir(dir, &e), ERR_OK);
	const char *path = file_join(arena, dir, "x");
	assert_int_equal(file_write(path, S("old"), 0600, &e), ERR_OK);
	static char large[5000];
	memset(large, 'l', sizeof large);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum err_code written = file_write(path, str_n(large, sizeof large), 0600, &e);
	enum err_code put_code = file_put(path, str_n(large, sizeof large), 0600, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(written, ERR_STORAGE);
	assert_int_equal(put_code, ERR_STORAGE);
	assert_non_null(strstr(e.message, path));
	assert_int_equal(file_read(arena, path, 100, &text, &e), ERR_OK);
	assert_str(text, "old");
	assert_int_equal(entries(dir), 1);
}

static void a_file_can_not_be_written_over_a_folder(void **state) {
	(void)state;
	struct err e;
	const char *dir = in("occupied");
	assert_int_equal(file_make_dir(file_join(arena, dir, "x"), &e), ERR_OK);
	put(file_join(arena, dir, "x/inside"), "");
	assert_int_not_equal(file_write(file_join(arena, dir, "x"), S("no"), 0600, &e), ERR_OK);
	assert_int_equal(entries(dir), 1);
	assert_true(file_is_dir(file_join(arena, dir, "x")));
	assert_int_equal(file_write(in("no/such/folder"), S("no"), 0600, &e), ERR_NOT_FOUND);
}

static void folders_are_made_with_those_above(void **state) {
	(void)state;
	struct err e;
	assert_int_equal(file_make_dir(in("one/two//three/"), &e), ERR_OK);
	assert_true(file_is_dir(in("one/two/three")));
	assert_int_equal(file_make_dir(in("one/two/three"), &e), ERR_OK);
	put(in("plain"), "");
	assert_int_not_equal(file_make_dir(in("plain"), &e), ERR_OK);
	assert_int_not_equal(file_make_dir(in("plain/below"), &e), ERR_OK);
	assert_int_equal(file_make_dir("", &e), ERR_INVALID);
	assert_int_equal(file_make_dir("/", &e), ERR_OK);
}

static void walking_finds_files_in_byte_order_and_passes_over_links_and_hidden_ones(void **state) {
	(void)state;
	struct err e;
	const char *dir = in("walk");
	assert_int_equal(file_make_dir(file_join(arena, dir, "b/c"), &e), ERR_OK);
	assert_int_equal(file_make_dir(file_join(arena, dir, ".hidden"), &e), ERR_OK);
	static const char *const names[] = {"z.json", "B.json", "b/1.json", "b/c/2.json", "b/other.txt", ".dot.json", ".hidden/3.json", "é.json"};
	for (size_t i = 0; i < lengthof(names); i++) put(file_join(arena, dir, names[i]), "");
	assert_int_equal(symlink("/etc", file_join(arena, dir, "link")), 0);
	assert_int_equal(symlink("z.json", file_join(arena, dir, "link.json")), 0);
	assert_int_equal(symlink(dir, file_join(arena, dir, "loop")), 0);
	assert_int_equal(mkfifo(file_join(arena, dir, "pipe.json"), 0600), 0);
	struct file_list list;
	assert_int_equal(file_walk(arena, dir, ".json", &list, &e), ERR_OK);
	static const char *const expected[] = {"B.json", "b/1.json", "b/c/2.json", "z.json", "é.json"};
	assert_int_equal(list.n, lengthof(expected));
	for (size_t i = 0; i < list.n; i++) assert_string_equal(list.paths[i], file_join(arena, dir, expected[i]));
	assert_int_equal(file_walk(arena, file_join(arena, dir, "b/other.txt"), ".json", &list, &e), ERR_OK);
	assert_int_equal(list.n, 1); /* named itself: whatever it is called */
	assert_int_equal(file_walk(arena, in("missing"), "", &list, &e), ERR_NOT_FOUND);
}

static void folders_nested_too_deep_are_refused(void **state) {
	(void)state;
	struct err e;
	struct file_list list;
	struct buf path = BUF(4000);
	buf_add(&path, str_of(in("deep")));
	for (int i = 0; i < 80; i++) buf_add(&path, S("/d"));
	assert_int_equal(file_make_dir(path.p, &e), ERR_OK);
	buf_free(&path);
	assert_int_equal(file_walk(arena, in("deep"), "", &list, &e), ERR_TOO_LARGE);
}

static void names_are_joined_and_taken_apart(void **state) {
	(void)state;
	assert_string_equal(file_join(arena, "a", "b"), "a/b");
	assert_string_equal(file_join(arena, "a/", "b"), "a/b");
	assert_string_equal(file_join(arena, "/", "b"), "/b");
	assert_str(file_name(S("/x/y.json")), "y.json");
	assert_str(file_name(S("y.json")), "y.json");
	assert_str(file_name(S("/x/")), "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_whole_with_its_mode),
		cmocka_unit_test(what_is_read_has_a_nul_behind),
		cmocka_unit_test(a_file_over_the_maximum_is_refused_and_one_at_it_is_read),
		cmocka_unit_test(what_is_no_file_is_refused_with_its_name),
		cmocka_unit_test(a_device_without_end_is_refused),
		cmocka_unit_test(files_of_unknown_size_are_read_to_their_end),
		cmocka_unit_test(a_pipe_that_nobody_writes_into_is_empty),
		cmocka_unit_test(a_pipe_is_waited_for_while_somebody_writes),
		cmocka_unit_test(a_failed_write_leaves_the_old_file_and_nothing_else),
		cmocka_unit_test(a_file_can_not_be_written_over_a_folder),
		cmocka_unit_test(folders_are_made_with_those_above),
		cmocka_unit_test(walking_finds_files_in_byte_order_and_passes_over_links_and_hidden_ones),
		cmocka_unit_test(folders_nested_too_deep_are_refused),
		cmocka_unit_test(names_are_joined_and_taken_apart),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
