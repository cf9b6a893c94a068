/* Tiles, bundles, the builder and a log in a folder. */
#include "lib/tlog/folder.h"
#include "test_tlog.h"

#include <sys/stat.h>

static void a_tile_has_the_path_of_its_numbers(void **unused) {
	(void)unused;
	static const struct {
		struct tlog_tile tile;
		const char *path;
	} cases[] = {
		{{0, 256, 0}, "tile/0/000"},
		{{0, 256, 1234067}, "tile/0/x001/x234/067"},
		{{1, 17, 0}, "tile/1/000.p/17"},
		{{63, 1, 999}, "tile/63/999.p/1"},
		{{5, 255, 1000}, "tile/5/x001/000.p/255"},
		{{TLOG_ENTRIES, 256, 273}, "tile/entries/273"},
		{{TLOG_ENTRIES, 8, 1000000}, "tile/entries/x001/x000/000.p/8"},
		{{0, 256, TLOG_SIZE_MOST}, "tile/0/x009/x223/x372/x036/x854/x775/807"},
		{{0, 255, TLOG_SIZE_MOST}, "tile/0/x009/x223/x372/x036/x854/x775/807.p/255"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		char path[TLOG_PATH];
		struct tlog_tile again;
		assert_text(tlog_tile_path(cases[i].tile, path), cases[i].path);
		assert_true(tlog_tile_parse(str_of(cases[i].path), &again));
		assert_int_equal(again.level, cases[i].tile.level);
		assert_int_equal(again.width, cases[i].tile.width);
		assert_int_equal(again.index, cases[i].tile.index);
	}
}

static void other_spellings_of_a_path_are_none(void **unused) {
	(void)unused;
	static const char *const paths[] = {"", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/0", "tile/0/0000", "tile/0/1000", "tile/00/000", "tile/64/000",
		"tile/-1/000", "tile/0/x000/001", "tile/0/x001", "tile/0/001/000", "tile/0/x001/x000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/01", "tile/0/000.p/1/2", "tile/0/000/", "tile/0//000", "tile/entries", "tile/entrie/000", "tile/0/00a", "tile/0/x00a/000", "tile/0/X001/000",
		"tile/0/000.p/+1", "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/../000"};
	struct tlog_tile t;
	for (size_t i = 0; i < lengthof(paths); i++)
		if (tlog_tile_parse(str_of(paths[i]), &t)) fail_msg("%s is taken for a tile", paths[i]);
}

static void a_tile_is_as_wide_as_the_size_says(void **unused) {
	(void)unused;
	assert_int_equal(tlog_tile_width(0, 0, 0), 0);
	assert_int_equal(tlog_tile_width(0, 0, 1), 1);
	assert_int_equal(tlog_tile_width(0, 0, 256), 256);
	assert_int_equal(tlog_tile_width(0, 1, 256), 0);
	assert_int_equal(tlog_tile_width(0, 1, 257), 1);
	assert_int_equal(tlog_tile_width(TLOG_ENTRIES, 1, 257), 1);
	assert_int_equal(tlog_tile_width(1, 0, 255), 0);
	assert_int_equal(tlog_tile_width(1, 0, 70000), 256);
	assert_int_equal(tlog_tile_width(1, 1, 70000), 17);
	assert_int_equal(tlog_tile_width(2, 0, 70000), 1);
	assert_int_equal(tlog_tile_width(7, 0, TLOG_SIZE_MOST), 127);
	assert_int_equal(tlog_tile_width(8, 0, TLOG_SIZE_MOST), 0);
	assert_true(tlog_tile_exists((struct tlog_tile){0, 3, 0}, 70000));
	assert_true(tlog_tile_exists((struct tlog_tile){1, 17, 1}, 70000));
	assert_false(tlog_tile_exists((struct tlog_tile){1, 18, 1}, 70000));
	assert_false(tlog_tile_exists((struct tlog_tile){1, 0, 1}, 70000));
}

/* ---- bundles ---- */
static void a_bundle_gives_back_its_entries(void **unused) {
	(void)unused;
	autobuf struct buf b = BUF(TLOG_BUNDLE_BYTES);
	autofree char *large = calloc(1, TLOG_ENTRY_BYTES + 1);
	struct str entries[TLOG_TILE_WIDTH];
	struct err e;
	assert_non_null(large);
	assert_true(tlog_bundle_add(&b, S("one")) && tlog_bundle_add(&b, STR_EMPTY) && tlog_bundle_add(&b, str_n(large, TLOG_ENTRY_BYTES)));
	assert_int_equal(tlog_bundle_parse(buf_str(&b), 3, entries, &e), ERR_OK);
	assert_text(entries[0], "one");
	assert_int_equal(entries[1].n, 0);
	assert_int_equal(entries[2].n, TLOG_ENTRY_BYTES);
	size_t n = b.n;
	assert_false(tlog_bundle_add(&b, str_n(large, TLOG_ENTRY_BYTES + 1)));
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, "\0\3one\0\0\xff\xff", 9);
}

static void a_bundle_of_another_length_is_none(void **unused) {
	(void)unused;
	struct str entries[TLOG_TILE_WIDTH], whole = S("\0\3one\0\3two");
	struct err e;
	for (size_t n = 0; n < whole.n; n++) assert_int_equal(tlog_bundle_parse(str_sub(whole, 0, n), 2, entries, &e), ERR_CORRUPT);
	assert_int_equal(tlog_bundle_parse(whole, 1, entries, &e), ERR_CORRUPT);
	assert_int_equal(tlog_bundle_parse(whole, 3, entries, &e), ERR_CORRUPT);
	assert_int_equal(tlog_bundle_parse(whole, 2, entries, &e), ERR_OK);
	assert_int_not_equal(tlog_bundle_parse(STR_EMPTY, 0, entries, &e), ERR_OK);
	assert_int_not_equal(tlog_bundle_parse(whole, 257, entries, &e), ERR_OK);
}

/* ---- the builder ---- */
/* That the log has every tile of a tree of this size, with the right hashes. */
static void assert_tiles(const struct memory_log *m, const struct defined_tree *d, uint64_t size) {
	for (int level = 0; level < 3; level++)
		for (uint64_t index = 0;; index++) {
			unsigned width = tlog_tile_width(level, index, size);
			if (!width) break;
			const struct kept_file *f = log_file(m, (struct tlog_tile){level, width, index});
			assert_non_null(f);
			assert_int_equal(f->n, width * SHA256_SIZE);
			assert_memory_equal(f->bytes, d->complete[8 * level] + index * TLOG_TILE_WIDTH, f->n);
		}
}

static void every_size_has_its_tiles_and_bundles(void **unused) {
	(void)unused;
	enum { SIZES = 600 };
	struct memory_log m = {0};
	struct defined_tree d = defined_new(SIZES);
	struct tlog_builder *b = new_builder(true);
	struct tlog_reader r = reader_of(&m);
	autobuf struct buf bytes = BUF(TLOG_BUNDLE_BYTES);
	for (uint64_t size = 1; size <= SIZES; size++) {
		struct str entries[TLOG_TILE_WIDTH];
		grow(b, &m, size);
		assert_hash(tlog_frontier_root(&b->frontier), defined_hash(&d, 0, size));
		assert_tiles(&m, &d, size);
		struct tlog_tile last = {TLOG_ENTRIES, tlog_tile_width(0, (size - 1) / 256, size), (size - 1) / 256};
		assert_int_equal(tlog_read_bundle(&r, last, &bytes, entries, NULL), ERR_OK);
		assert_int_equal(tlog_bundle_check(last, entries, d.complete[0] + last.index * 256, NULL), ERR_OK);
	}
	drop_builder(b);
	defined_free(&d);
	log_free(&m);
}

/* Grown in steps and opened again before each: the same files as when grown at once. */
static void opening_again_goes_on_where_the_log_ended(void **unused) {
	(void)unused;
	enum { SIZE = 140000 };
	uint64_t state = 7;
	struct memory_log m = {0}, at_once = {0};
	struct tlog_head head = {0, tlog_empty_root()}, want = make_log(&at_once, true, SIZE);
	while (head.size < SIZE) {
		struct tlog_builder *b = malloc(sizeof *b);
		struct tlog_reader r = reader_of(&m);
		struct err e;
		assert_non_null(b);
		must(tlog_builder_open(b, true, &r, &head, &e), &e);
		uint64_t to = head.size + 1 + chance(&state) % (head.size < 1000 ? 100 : 20000);
		grow(b, &m, to < SIZE ? to : SIZE);
		head = tlog_frontier_head(&b->frontier);
		drop_builder(b);
	}
	assert_hash(head.root, want.root);
	for (size_t i = 0; i < at_once.n; i++) {
		const struct kept_file *f = &at_once.files[i], *ours = log_file(&m, f->tile);
		assert_non_null(ours);
		assert_int_equal(ours->n, f->n);
		assert_memory_equal(ours->bytes, f->bytes, f->n);
	}
	log_free(&at_once);
	log_free(&m);
}

static void a_log_whose_end_is_damaged_is_not_opened(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_head head = make_log(&m, true, 300);
	struct tlog_reader r = reader_of(&m);
	struct tlog_builder *b = malloc(sizeof *b);
	struct err e;
	assert_non_null(b);
	const struct tlog_tile read[] = {{0, 44, 1}, {1, 1, 0}, {TLOG_ENTRIES, 44, 1}};
	for (size_t i = 0; i < lengthof(read); i++) {
		struct kept_file *f = log_file(&m, read[i]);
		for (size_t byte = 0; byte < f->n; byte++) {
			f->bytes[byte] ^= 4;
			assert_int_equal(tlog_builder_open(b, true, &r, &head, &e), ERR_CORRUPT);
			f->bytes[byte] ^= 4;
		}
	}
	head.root.byte[0] ^= 1;
	assert_int_equal(tlog_builder_open(b, true, &r, &head, &e), ERR_CORRUPT);
	head.root.byte[0] ^= 1;
	head.size--;
	assert_int_equal(tlog_builder_open(b, true, &r, &head, &e), ERR_NOT_FOUND);
	free(b);
	log_free(&m);
}

/* Whichever write fails, what stands there is right, and opening at the last head that was signed goes on. */
static void after_a_write_that_failed_the_log_goes_on(void **unused) {
	(void)unused;
	struct memory_log whole = {0};
	struct tlog_head want = make_log(&whole, true, 600);
	for (size_t fail_at = 1;; fail_at++) {
		struct memory_log m = {0};
		struct tlog_head head = make_log(&m, true, 200);
		struct tlog_reader r = reader_of(&m);
		struct tlog_writer w = writer_to(&m);
		struct tlog_builder *b = malloc(sizeof *b);
		enum err_code code = ERR_OK;
		struct err e;
		assert_non_null(b);
		m.fail_at = m.writes + fail_at;
		must(tlog_builder_open(b, true, &r, &head, &e), &e);
		while (!code && b->frontier.size < 600) {
			char text[32];
			code = tlog_builder_add(b, entry_of(b->frontier.size, text), &w, &e);
		}
		if (!code) code = tlog_builder_flush(b, &w, &e);
		tlog_builder_free(b);
		m.fail_at = 0;
		if (code) assert_int_equal(code, ERR_STORAGE);
		must(tlog_builder_open(b, true, &r, code ? &head : &want, &e), &e);
		grow(b, &m, 600);
		assert_hash(tlog_frontier_root(&b->frontier), want.root);
		drop_builder(b);
		log_free(&m);
		if (!code) {
			assert_true(fail_at > 6);
			break;
		}
	}
	log_free(&whole);
}

static void an_entry_that_is_too_long_changes_nothing(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_builder *b = new_builder(true);
	struct tlog_writer w = writer_to(&m);
	autofree char *large = calloc(1, TLOG_ENTRY_BYTES + 1);
	assert_non_null(large);
	grow(b, &m, 5);
	struct tlog_head before = tlog_frontier_head(&b->frontier);
	assert_int_equal(tlog_builder_add(b, str_n(large, TLOG_ENTRY_BYTES + 1), &w, NULL), ERR_TOO_LARGE);
	struct tlog_head after = tlog_frontier_head(&b->frontier);
	assert_int_equal(before.size, after.size);
	assert_hash(before.root, after.root);
	grow(b, &m, 300);
	struct memory_log other = {0};
	assert_hash(tlog_frontier_root(&b->frontier), make_log(&other, true, 300).root);
	drop_builder(b);
	log_free(&other);
	log_free(&m);
}

static void what_did_not_change_is_not_written_again(void **unused) {
	(void)unused;
	struct memory_log m = {0};
	struct tlog_builder *b = new_builder(true);
	grow(b, &m, 300);
	size_t writes = m.writes;
	grow(b, &m, 300);
	assert_int_equal(m.writes, writes);
	grow(b, &m, 301);
	assert_int_equal(m.writes, writes + 2); /* bundle and tile of level 0; that of level 1 is as it was */
	drop_builder(b);
	log_free(&m);
}

/* ---- in a folder ---- */
struct place {
	char path[64];
	struct tlog_folder folder;
};
static int make_place(void **state) {
	struct place *p = calloc(1, sizeof *p);
	if (!p) return -1;
	memcpy(p->path, "/tmp/polder-tlog-XXXXXX", sizeof "/tmp/polder-tlog-XXXXXX");
	if (!mkdtemp(p->path)) return -1;
	p->folder = (struct tlog_folder){.path = p->path};
	*state = p;
	return 0;
}
static int drop_place(void **state) {
	struct place *p = *state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", p->path);
	int r = system(command);
	free(p);
	return r;
}

static struct tlog_head fill_folder(const struct tlog_folder *f, uint64_t size) {
	struct tlog_builder *b = new_builder(true);
	struct tlog_writer w = tlog_folder_writer(f);
	struct err e;
	char text[32];
	while (b->frontier.size < size) must(tlog_builder_add(b, entry_of(b->frontier.size, text), &w, &e), &e);
	must(tlog_builder_flush(b, &w, &e), &e);
	struct tlog_head head = tlog_frontier_head(&b->frontier);
	drop_builder(b);
	return head;
}

static void a_folder_gives_back_the_log(void **state) {
	struct place *p = *state;
	for (int durable = 0; durable < 2; durable++) {
		p->folder.durable = durable;
		struct tlog_head head = fill_folder(&p->folder, 600);
		struct tlog_reader r = tlog_folder_reader(&p->folder);
		struct tlog_builder *b = malloc(sizeof *b);
		struct tlog_proof proof;
		struct err e;
		assert_non_null(b);
		must(tlog_prove_inclusion(&r, &head, 599, &proof, NULL, &e), &e);
		must(tlog_builder_open(b, true, &r, &head, &e), &e);
		drop_builder(b);
	}
	char path[128];
	snprintf(path, sizeof path, "%s/tile/entries/002.p/88", p->path);
	assert_true(file_exists(path));
}

static bool is_kept(const struct place *p, const char *name) {
	char path[128];
	snprintf(path, sizeof path, "%s/tile/%s", p->path, name);
	return file_exists(path);
}

static void a_tidy_folder_keeps_no_partial_tile_beside_the_full_one(void **state) {
	struct place *p = *state;
	for (int tidy = 0; tidy < 2; tidy++) {
		p->folder.tidy = tidy;
		(void)fill_folder(&p->folder, 200);
		assert_true(is_kept(p, "0/000.p/200") && is_kept(p, "entries/000.p/200"));
		(void)fill_folder(&p->folder, 300);
		assert_int_equal(is_kept(p, "0/000.p/200"), !tidy);
		assert_int_equal(is_kept(p, "entries/000.p/200"), !tidy);
		assert_true(is_kept(p, "0/000") && is_kept(p, "entries/000") && is_kept(p, "0/001.p/44") && is_kept(p, "1/000.p/1"));
	}
}

static void the_full_tile_serves_where_a_partial_one_is_gone(void **state) {
	struct place *p = *state;
	struct memory_log m = {0};
	struct tlog_head small = make_log(&m, true, 300);
	(void)fill_folder(&p->folder, 512);
	struct tlog_reader r = tlog_folder_reader(&p->folder);
	struct tlog_builder *b = malloc(sizeof *b);
	struct err e;
	assert_non_null(b);
	const struct tlog_tile partial[] = {{0, 44, 1}, {TLOG_ENTRIES, 44, 1}};
	for (size_t i = 0; i < lengthof(partial); i++) {
		autobuf struct buf bytes = BUF(TLOG_BUNDLE_BYTES);
		const struct kept_file *want = log_file(&m, partial[i]);
		must(r.read(r.ctx, partial[i], &bytes, &e), &e);
		assert_int_equal(bytes.n, want->n);
		assert_memory_equal(bytes.p, want->bytes, want->n);
	}
	/* Level 1 has no full tile yet, so this one must be there. */
	char path[128];
	snprintf(path, sizeof path, "%s/tile/1/000.p", p->path);
	assert_int_equal(mkdir(path, 0700) == 0 || file_is_dir(path), 1);
	assert_int_equal(tlog_builder_open(b, true, &r, &small, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.message, "tile/1/000.p/1"));
	free(b);
	log_free(&m);
}

static void a_file_that_is_too_large_is_not_read_whole(void **state) {
	struct place *p = *state;
	struct tlog_head head = fill_folder(&p->folder, 256);
	struct tlog_reader r = tlog_folder_reader(&p->folder);
	struct tlog_proof proof;
	struct err e;
	char path[128];
	snprintf(path, sizeof path, "%s/tile/0/000", p->path);
	assert_int_equal(truncate(path, 1 << 30), 0);
	assert_int_equal(tlog_prove_inclusion(&r, &head, 3, &proof, NULL, &e), ERR_CORRUPT);
	assert_int_equal(truncate(path, TLOG_TILE_BYTES - 1), 0);
	assert_int_equal(tlog_prove_inclusion(&r, &head, 3, &proof, NULL, &e), ERR_CORRUPT);
	autobuf struct buf bytes = BUF(TLOG_TILE_BYTES);
	assert_int_equal(r.read(r.ctx, (struct tlog_tile){0, 10, 0}, &bytes, &e), ERR_CORRUPT);
}

static void a_folder_that_cannot_be_written_says_so(void **state) {
	struct place *p = *state;
	struct tlog_folder nowhere = {.path = "/proc/self/nothing"};
	struct tlog_writer w = tlog_folder_writer(&nowhere);
	struct err e;
	(void)p;
	assert_int_not_equal(w.write(w.ctx, (struct tlog_tile){0, 1, 0}, S("x"), &e), ERR_OK);
	assert_non_null(strstr(e.message, "/proc/self/nothing"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tile_has_the_path_of_its_numbers),
		cmocka_unit_test(other_spellings_of_a_path_are_none),
		cmocka_unit_test(a_tile_is_as_wide_as_the_size_says),
		cmocka_unit_test(a_bundle_gives_back_its_entries),
		cmocka_unit_test(a_bundle_of_another_length_is_none),
		cmocka_unit_test(every_size_has_its_tiles_and_bundles),
		cmocka_unit_test(opening_again_goes_on_where_the_log_ended),
		cmocka_unit_test(a_log_whose_end_is_damaged_is_not_opened),
		cmocka_unit_test(after_a_write_that_failed_the_log_goes_on),
		cmocka_unit_test(an_entry_that_is_too_long_changes_nothing),
		cmocka_unit_test(what_did_not_change_is_not_written_again),
		cmocka_unit_test_setup_teardown(a_folder_gives_back_the_log, make_place, drop_place),
		cmocka_unit_test_setup_teardown(a_tidy_folder_keeps_no_partial_tile_beside_the_full_one, make_place, drop_place),
		cmocka_unit_test_setup_teardown(the_full_tile_serves_where_a_partial_one_is_gone, make_place, drop_place),
		cmocka_unit_test_setup_teardown(a_file_that_is_too_large_is_not_read_whole, make_place, drop_place),
		cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_says_so, make_place, drop_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
