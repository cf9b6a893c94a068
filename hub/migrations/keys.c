/* Records that are encrypted with a key of their own (hub/keystore.h), and records that were erased.
 *
 * Where a record has a key, these are blobs (hub/cipher.h): revision.body and salt_seed, event.detail, origin.fetched, attachment.sealed. event.digest_before and
 * digest_after, and origin.digest, are then HMAC-SHA-256 under the key, since a plain digest would tell whether a guess is right. */
#include "tables.h"

const char migration_keys[] =
	"ALTER TABLE record ADD COLUMN key_id {text};"       /* its key's; NULL: it has none, and stands in the clear */
	"ALTER TABLE record ADD COLUMN erased {int};"        /* when it was erased; NULL: it was not */
	"ALTER TABLE record ADD COLUMN was_public {int};"    /* of one that was erased: 1 where the public could read it */
	"CREATE INDEX record_key ON record (key_id) WHERE key_id IS NOT NULL;"
	/* Of a record with a key: name, media type and SHA-256 of the bytes, as a blob. Then `sha256` is that of the ciphertext, by which the file is called, `name` a
	 * keyed digest of all three and `media_type` empty. */
	"ALTER TABLE attachment ADD COLUMN sealed {bytes};"
	/* What an erasure still has to do outside its transaction: until then it is begun again. change_erase.c */
	"CREATE TABLE erasing ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  key_id {text},"                    /* to be destroyed */
	"  files {text} NOT NULL,"            /* SHA-256 of files to be deleted, with commas between */
	"  search {int} NOT NULL"             /* 1: its words stand in the search index still */
	") {clustered};";
