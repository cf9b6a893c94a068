/* Reading JSON: ours against jansson alone (parse and free), on the same files in turn.
 *
 *	bench_json ROUNDS FOLDER-OR-FILE… */
#include "lib/json/jansson_names.h"
#include "lib/json/json.h"

static double seconds(moment from) {
	return (double)(stopwatch() - from) / (double)SECOND;
}

int main(int argc, char **argv) {
	if (argc < 3) {
		fprintf(stderr, "usage: bench_json ROUNDS FOLDER-OR-FILE…\n");
		return 2;
	}
	int64_t rounds = 1;
	autoarena struct arena *files = arena_new((size_t)1 << 30), *a = arena_new((size_t)1 << 30);
	if (!files || !a || !str_int(str_of(argv[1]), &rounds) || rounds < 1) return 2;
	double ours = 0, jansson = 0, writing = 0;
	size_t bytes = 0, n = 0, held = 0;
	for (int i = 2; i < argc; i++) {
		struct file_list list;
		struct err e;
		if (file_walk(files, argv[i], ".json", &list, &e)) {
			fprintf(stderr, "%s\n", e.message);
			return 1;
		}
		for (size_t f = 0; f < list.n; f++) {
			struct str text;
			if (file_read(files, list.paths[f], 64 << 20, &text, &e)) return 1;
			const struct json *v = NULL;
			moment from = stopwatch();
			for (int64_t r = 0; r < rounds; r++) {
				arena_clear(a);
				if (json_parse(a, text, NULL, &v, &e)) {
					fprintf(stderr, "%s: %s\n", list.paths[f], e.message);
					return 1;
				}
			}
			ours += seconds(from);
			held += arena_used(a);
			from = stopwatch();
			for (int64_t r = 0; r < rounds; r++) {
				json_error_t je;
				json_t *tree =
					json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &je);
				json_decref(tree);
			}
			jansson += seconds(from);
			autobuf struct buf out = BUF(64 << 20);
			from = stopwatch();
			for (int64_t r = 0; r < rounds; r++) {
				buf_clear(&out);
				json_canonical_to(&out, v);
			}
			writing += seconds(from);
			bytes += text.n;
			n++;
		}
	}
	double mb = (double)bytes * (double)rounds / 1e6;
	printf("{\"files\":%zu,\"bytes\":%zu,\"rounds\":%lld,\"json_parse_MB_s\":%.1f,\"jansson_MB_s\":%.1f,"
		"\"json_canonical_MB_s\":%.1f,\"arena_bytes_per_input_byte\":%.2f}\n",
		n, bytes, (long long)rounds, mb / ours, mb / jansson, mb / writing, (double)held / (double)bytes);
	return 0;
}
