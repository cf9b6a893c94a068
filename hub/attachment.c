#include "attachment.h"

static bool control(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127) return true;
	return false;
}

static bool media_type_ok(struct str s) {
	size_t slash = str_find_char(s, '/');
	return s.n <= 100 && slash != STR_NONE && slash > 0 && slash + 1 < s.n && !control(s) && str_utf8(s);
}

enum err_code attachment_check(struct str name, struct str media_type, struct str bytes, struct err *e) {
	if (!name.n || name.n > 200 || control(name) || !str_utf8(name) || str_find_char(name, '/') != STR_NONE || name.p[0] == '.')
		return err_set(e, ERR_INVALID, "a file's name has 1 to 200 bytes, no slash, and does not begin with a dot");
	if (!media_type_ok(media_type)) return err_set(e, ERR_INVALID, "\"%.*s\" is no media type", STR_ARG(str_cut_utf8(media_type, 100)));
	if (bytes.n > ATTACHMENT_BYTES) return err_set(e, ERR_TOO_LARGE, "a file may have at most %d MB", ATTACHMENT_BYTES >> 20);
	return ERR_OK;
}

const char *attachment_path(struct arena *a, const char *dir, struct str sha256) {
	return arena_fmt(a, "%s/files/%.2s/%.*s", dir, sha256.p, STR_ARG(sha256)).p;
}

enum err_code attachment_store(const struct hub *h, struct str bytes, struct arena *a, struct str *out, struct err *e) {
	struct sha256 digest = sha256(bytes);
	char hex[SHA256_HEX];
	struct str name = arena_str(a, sha256_hex(&digest, hex));
	const char *path = attachment_path(a, h->dir, name);
	const char *folder = arena_fmt(a, "%s/files/%.2s", h->dir, name.p).p;
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	if (!file_exists(path)) {
		code = file_make_dir(folder, e);
		if (!code) code = file_write(path, bytes, 0640, e);
	}
	if (!code) *out = name;
	return code;
}

struct str attachment_media_type(struct str file_name) {
	static const struct {
		struct str end, type;
	} types[] = {
		{S_INIT(".pdf"), S_INIT("application/pdf")}, {S_INIT(".png"), S_INIT("image/png")}, {S_INIT(".jpg"), S_INIT("image/jpeg")},
		{S_INIT(".jpeg"), S_INIT("image/jpeg")}, {S_INIT(".gif"), S_INIT("image/gif")}, {S_INIT(".webp"), S_INIT("image/webp")},
		{S_INIT(".txt"), S_INIT("text/plain")}, {S_INIT(".log"), S_INIT("text/plain")}, {S_INIT(".md"), S_INIT("text/markdown")},
		{S_INIT(".csv"), S_INIT("text/csv")}, {S_INIT(".json"), S_INIT("application/json")},
		{S_INIT(".docx"), S_INIT("application/vnd.openxmlformats-officedocument.wordprocessingml.document")},
		{S_INIT(".zip"), S_INIT("application/zip")}, {S_INIT(".mp4"), S_INIT("video/mp4")}, {S_INIT(".wav"), S_INIT("audio/wav")},
	};
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_ends(file_name, types[i].end)) return types[i].type;
	return S("application/octet-stream");
}
