/* embed --symbol NAME --output FILE files…
 *
 * Turns files into C: a table `const struct embedded_file NAME[]` and `const size_t NAME_n` (base/embed.h), sorted by
 * name, with media type and fingerprint. Two files of one name are refused. */
#include "base/base.h"

#include <openssl/evp.h>

enum { LARGEST = 64 << 20, A_LINE = 96 };

struct file {
	struct str name, bytes;
	const char *media_type;
	char fingerprint[17];
};

static const char *media_type_of(struct str name) {
	static const char *const types[][2] = {
		{".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"}, {".json", "application/json"},
		{".html", "text/html; charset=utf-8"}, {".txt", "text/plain; charset=utf-8"},
		{".md", "text/markdown; charset=utf-8"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
		{".jpg", "image/jpeg"}, {".webp", "image/webp"}, {".ico", "image/vnd.microsoft.icon"},
		{".woff2", "font/woff2"}, {".webmanifest", "application/manifest+json"}, {".xml", "application/xml"},
		{".csv", "text/csv; charset=utf-8"}, {".pdf", "application/pdf"},
	};
	for (size_t i = 0; i < lengthof(types); i++) {
		if (str_ends(name, str_of(types[i][0]))) return types[i][1];
	}
	return "application/octet-stream";
}

static int by_name(const void *a, const void *b) {
	return str_cmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static enum err_code read_files(struct arena *a, char **paths, size_t n, struct file *files, struct err *e) {
	for (size_t i = 0; i < n; i++) {
		struct file *f = &files[i];
		enum err_code code = file_read(a, paths[i], LARGEST, &f->bytes, e);
		if (code) return err_prefix(e, "%s", paths[i]);
		f->name = file_name(str_of(paths[i]));
		f->media_type = media_type_of(f->name);
		unsigned char hash[EVP_MAX_MD_SIZE];
		if (!EVP_Digest(f->bytes.p, f->bytes.n, hash, NULL, EVP_sha256(), NULL)) {
			return err_set(e, ERR_INTERNAL, "SHA-256 failed");
		}
		for (int j = 0; j < 8; j++) snprintf(f->fingerprint + j * 2, 3, "%02x", hash[j]);
	}
	qsort(files, n, sizeof *files, by_name);
	for (size_t i = 1; i < n; i++) {
		if (str_eq(files[i - 1].name, files[i].name)) {
			return err_set(e, ERR_INVALID, "two files are called %.*s", STR_ARG(files[i].name));
		}
	}
	return ERR_OK;
}

/* As string literals: compilers read them a hundred times as fast as lists of numbers. Octal escapes have three digits
 * always, so that a digit behind one does not join it. */
static void write_bytes(struct buf *out, struct str bytes) {
	static const char digits[] = "01234567";
	for (size_t from = 0; from < bytes.n || from == 0; from += A_LINE) {
		struct str part = str_sub(bytes, from, A_LINE);
		buf_add(out, S("\n\t\""));
		for (size_t i = 0; i < part.n; i++) {
			unsigned char c = (unsigned char)part.p[i];
			if (c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?') {
				buf_add_char(out, (char)c);
				continue;
			}
			char octal[4] = {'\\', digits[c >> 6], digits[c >> 3 & 7], digits[c & 7]};
			buf_add(out, str_n(octal, sizeof octal));
		}
		buf_add_char(out, '"');
	}
}

static void write_table(struct buf *out, const char *symbol, const struct file *files, size_t n) {
	buf_add(out, S("/* Written by tools/embed. */\n#include \"base/embed.h\"\n\n"
		"#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"));
	for (size_t i = 0; i < n; i++) {
		buf_fmt(out, "static const char bytes_%zu[] =", i);
		write_bytes(out, files[i].bytes);
		buf_add(out, S(";\n"));
	}
	buf_fmt(out, "\nextern const struct embedded_file %s[];\nextern const size_t %s_n;\n", symbol, symbol);
	buf_fmt(out, "const struct embedded_file %s[] = {\n", symbol);
	for (size_t i = 0; i < n; i++) {
		const struct file *f = &files[i];
		buf_fmt(out, "\t{S_INIT(\"%.*s\"), S_INIT(\"%s\"), {bytes_%zu, %zu}, S_INIT(\"%s\")},\n", STR_ARG(f->name),
			f->media_type, i, f->bytes.n, f->fingerprint);
	}
	buf_fmt(out, "};\nconst size_t %s_n = %zu;\n", symbol, n);
}

static enum err_code run(const char *symbol, const char *output, char **paths, size_t n, struct err *e) {
	if (!symbol || !output || !n) return err_set(e, ERR_USAGE, "usage: embed --symbol NAME --output FILE files…");
	autoarena struct arena *a = arena_new((size_t)1 << 30);
	struct file *files = a ? arena_array(a, n, sizeof *files) : NULL;
	if (!files) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_files(a, paths, n, files, e);
	if (code) return code;
	autobuf struct buf out = BUF((size_t)1 << 30);
	write_table(&out, symbol, files, n);
	if (out.failed) return err_set(e, ERR_TOO_LARGE, "the files are too large");
	return file_write(output, buf_str(&out), 0644, e);
}

int main(int argc, char **argv) {
	const char *symbol = NULL, *output = NULL;
	int i = 1;
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--symbol")) symbol = argv[i + 1];
		else if (!strcmp(argv[i], "--output")) output = argv[i + 1];
		else break;
	}
	struct err e = {0};
	if (!run(symbol, output, argv + i, (size_t)(argc - i), &e)) return 0;
	fprintf(stderr, "embed: %s\n", e.message);
	return 1;
}
