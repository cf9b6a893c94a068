/* What lies beside a model and was written by others: a bundle, the statement in it, and digests that are remembered. */
#include "fuzz.h"
#include "lib/sign/bundle.h"
#include "lib/sign/remembered.h"
#include "lib/sign/statement.h"

static const char public_key[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/GH6035cbnGJ7JZVsA+DXMQUfl+0\n"
	"UUTI0GWCXWkQbFGrK90CqjnUA+B28antK25Tl9NSURpN+KckUF6qO1R4cw==\n"
	"-----END PUBLIC KEY-----\n";

/* A file that is gone with the process. */
static const char *file_with(struct str bytes, char name[32]) {
	strcpy(name, "/tmp/polder-fuzz-XXXXXX");
	autofd int fd = mkstemp(name);
	if (fd < 0 || fd_write_all(fd, bytes, NULL)) abort();
	return name;
}

static struct sign_trust *trusted(void) {
	static struct sign_trust *t;
	static struct arena *a; /* never freed: reachable to the end */
	char name[32];
	if (t) return t;
	a = arena_new(16 << 20);
	if (!a || sign_trust_key(a, file_with(str_of(public_key), name), &t, NULL)) abort();
	unlink(name);
	return t;
}

static void check_statement(struct arena *a, struct str text) {
	struct statement s;
	if (statement_read(a, text, &s, NULL) || s.is_scan) return;
	MUST(s.manifest.n > 0);
	for (size_t i = 0; i < s.manifest.n; i++) {
		MUST(sign_path_ok(s.manifest.items[i].path));
		MUST(!i || !str_eq(s.manifest.items[i].path, s.manifest.items[i - 1].path));
	}
	/* What was read makes a statement that reads the same. */
	struct statement again;
	struct sign_manifest m = s.manifest;
	MUST(!sign_manifest_finish(&m, NULL));
	MUST(!statement_read(a, statement_of_manifest(a, &m), &again, NULL) && again.manifest.n == m.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	struct str payload, who, text = str_n(data, size);
	char name[32];
	if (!a) return 0;
	/* Nobody can guess a signature. */
	MUST(bundle_open(a, text, trusted(), &payload, &who, NULL) != ERR_OK);
	check_statement(a, text);
	if (str_starts(text, S("polder digests"))) {
		MUST(remembered_read(a, file_with(text, name)) != NULL);
		unlink(name);
	}
	return 0;
}
