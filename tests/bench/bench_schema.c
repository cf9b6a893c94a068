/* Validating documents that were read beforehand. Prints what ajv/bench.mjs prints.
 *
 *	bench_schema SCHEMA ROUNDS [--source FILE] [--at POINTER] FOLDER-OR-FILE…
 *
 * --source: a document that the schema refers to, by its own $id. --at: the schema is what the pointer leads to. */
#include "lib/schema/schema.h"

static const struct json *read_json(struct arena *a, const char *path) {
	struct str text;
	const struct json *v;
	struct err e = {.code = ERR_OK};
	if (!file_read(a, path, 64 << 20, &text, &e) && !json_parse(a, text, NULL, &v, &e)) return v;
	fprintf(stderr, "%s: %s %s\n", path, e.message, e.where);
	exit(1);
}

int main(int argc, char **argv) {
	enum { MOST = 100000 };
	int64_t rounds;
	autoarena struct arena *a = arena_new((size_t)1 << 31), *work = arena_new(64 << 20);
	const struct json **documents = a ? arena_array(a, MOST, sizeof *documents) : NULL;
	struct schema_source source = {STR_EMPTY, NULL};
	const char *at = "";
	size_t n = 0;
	if (argc < 4 || !work || !documents || !str_int(str_of(argv[2]), &rounds)) {
		fprintf(stderr, "usage: bench_schema SCHEMA ROUNDS [--source FILE] [--at POINTER] FOLDER-OR-FILE…\n");
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		struct file_list list;
		struct err e;
		if (strcmp(argv[i], "--source") == 0 && i + 1 < argc) {
			source.document = read_json(a, argv[++i]);
			continue;
		}
		if (strcmp(argv[i], "--at") == 0 && i + 1 < argc) {
			at = argv[++i];
			continue;
		}
		if (file_walk(a, argv[i], ".json", &list, &e)) return 1;
		for (size_t f = 0; f < list.n && n < MOST; f++) documents[n++] = read_json(a, list.paths[f]);
	}
	struct schema *s = NULL;
	struct err e = {.code = ERR_OK};
	struct schema_options options = {&source, source.document != NULL, false};
	moment from = stopwatch();
	if (schema_compile(&s, json_pointer(read_json(a, argv[1]), str_of(at)), &options, &e)) {
		fprintf(stderr, "%s: %s %s\n", argv[1], e.message, e.where);
		return 1;
	}
	double compiling = (double)(stopwatch() - from);
	size_t valid = 0;
	moment best = INT64_MAX, all = 0;
	for (int64_t r = 0; r < rounds; r++) {
		valid = 0;
		from = stopwatch();
		for (size_t i = 0; i < n; i++) valid += schema_valid(s, documents[i], work, NULL);
		moment took = stopwatch() - from;
		arena_clear(work);
		all += took;
		if (took < best) best = took;
	}
	printf("{\"tool\":\"polder\",\"documents\":%zu,\"valid\":%zu,\"rounds\":%lld,\"ns_per_document\":%.1f,"
		"\"best_ns_per_document\":%.1f,\"compile_us\":%.0f}\n",
		n, valid, (long long)rounds, (double)all * 1000 / (double)rounds / (double)n, (double)best * 1000 / (double)n,
		compiling);
	schema_free(s);
	return 0;
}
