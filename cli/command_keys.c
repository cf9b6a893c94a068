/* admin keys: the keys of records and the hub's own. */
#include "command.h"
#include "hub/keys.h"

static enum err_code tell_status(struct cli *c, struct err *e) {
	struct keys_status s;
	enum err_code code = keys_status(c->hub, c->db, &s, e);
	if (code) return code;
	c->exit_status = s.missing ? 1 : 0;
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_int(&w, S("records"), s.records);
		jw_field_int(&w, S("missing"), s.missing);
		jw_field_int(&w, S("keys"), s.store.keys);
		jw_field_int(&w, S("used"), s.store.used);
		jw_field_int(&w, S("unreadable"), s.store.unreadable);
		jw_field_int(&w, S("destroyed"), s.store.destroyed);
		jw_field_int(&w, S("masters"), s.store.masters);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%lld records are encrypted, each with a key of its own; %lld of the keys are missing\n", (long long)s.records, (long long)s.missing);
	out_fmt("%lld keys in keys.db, %lld of them unreadable; %lld were destroyed\n", (long long)s.store.keys, (long long)s.store.unreadable,
		(long long)s.store.destroyed);
	if (s.store.masters > 2) out_fmt("A rotation was stopped before its end: `polder admin keys rotate` brings it there.\n");
	if (s.missing) out_fmt("Bring the missing keys back from their copy: polder admin keys restore FROM\n");
	return ERR_OK;
}

static enum err_code tell(const struct cli *c, const char *member, int64_t n, const char *words, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_int(&w, str_of(member), n);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%lld %s\n", (long long)n, words);
	return ERR_OK;
}

static enum err_code run_keys(struct cli *c, struct err *e) {
	struct str what = str_of(c->arguments[0]);
	const char *folder = c->arguments_n == 2 ? c->arguments[1] : NULL;
	bool wants = str_is(what, "backup") || str_is(what, "restore");
	if (!str_eq(c->viewer.name, viewer_operator.name)) return err_set(e, ERR_FORBIDDEN, "keys are the operator's matter; leave --as out");
	if (wants != (folder != NULL) || (!wants && !str_is(what, "status") && !str_is(what, "rotate")))
		return err_set(e, ERR_USAGE, "expected status, rotate, backup TO or restore FROM");
	if (str_is(what, "status")) return tell_status(c, e);
	if (str_is(what, "rotate")) {
		struct keys_rotated r;
		enum err_code code = keys_rotate(c->hub, &r, e);
		return code ? code : tell(c, "keys", r.keys, "keys of records wrapped with the hub's new key; take a new copy of the keys now", e);
	}
	if (str_is(what, "backup")) {
		enum err_code code = keys_backup(c->hub, folder, e);
		if (code || c->json) return code ? code : tell(c, "written", 1, "", e);
		out_fmt("Written: %s (keep it apart from the copies of the hub, and not for long)\n", folder);
		return ERR_OK;
	}
	int64_t added;
	enum err_code code = keys_restore(c->hub, folder, &added, e);
	return code ? code : tell(c, "added", added, "keys brought back", e);
}

const struct command command_admin_keys = {
	.name = "admin keys", .arguments = "WHAT [FOLDER]", .summary = "look after the keys of what is encrypted: status, rotate, backup TO, restore FROM",
	.text = "Reports and cases are encrypted with a key each. The keys stand in keys.db, wrapped with the hub's own in secret.key, and in no copy that `polder backup` "
			"makes: a record is erased by destroying its key. Their own copies are for a short time: who has an old one and an old copy of the hub reads what was erased since.",
	.example = "polder admin keys status --hub myhub", .least = 1, .most = 2, .needs_hub = true, .run = run_keys,
};
