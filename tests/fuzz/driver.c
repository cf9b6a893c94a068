/* Runs a fuzz target over its corpus in the ordinary test run: each file as it is, and cut short at some places.
 *
 *	fuzz_json FOLDER-OR-FILE… */
#include "base/base.h"
#include "fuzz.h"

enum { INPUT_MOST = 16 << 20, CUTS = 48 };

/* From a copy of just the right size, so that a sanitizer sees a read behind it. */
static void run(struct str input) {
	autofree uint8_t *copy = malloc(input.n ? input.n : 1);
	if (!copy) exit(1);
	if (input.n) memcpy(copy, input.p, input.n);
	LLVMFuzzerTestOneInput(copy, input.n);
}

int main(int argc, char **argv) {
	size_t files = 0, inputs = 0;
	for (int i = 1; i < argc; i++) {
		autoarena struct arena *a = arena_new((size_t)256 << 20);
		struct file_list list;
		struct err e;
		if (!a || file_walk(a, argv[i], "", &list, &e)) {
			fprintf(stderr, "%s: %s\n", argv[i], a ? e.message : "out of memory");
			return 1;
		}
		for (size_t f = 0; f < list.n; f++, files++) {
			struct str input;
			if (file_read(a, list.paths[f], INPUT_MOST, &input, &e)) {
				fprintf(stderr, "%s\n", e.message);
				return 1;
			}
			run(input);
			size_t step = input.n / CUTS + 1;
			for (size_t n = 0; n < input.n; n += step, inputs++) run(str_sub(input, 0, n));
			inputs++;
		}
	}
	if (!files) {
		fprintf(stderr, "%s: there is no corpus to run over\n", argv[0]);
		return 1;
	}
	printf("%s: %zu files, %zu inputs\n", argv[0], files, inputs);
	return 0;
}
