/* Files of records: bytes in DIR/files/ab/abcdef… under their SHA-256, rows in the table `attachment` (hub/change.h writes them,
 * hub/disclose.h shows them). */
#pragma once
#include "hub/hub.h"
#include "lib/digest/digest.h"

enum { ATTACHMENT_BYTES = 64 << 20 };

/* ERR_INVALID for a name with slashes or controls or over 200 bytes, or a media type that is none; ERR_TOO_LARGE. */
enum err_code attachment_check(struct str name, struct str media_type, struct str bytes, struct err *e) must_use;
/* Writes the bytes, unless they are there; *sha256 in hexadecimal. */
enum err_code attachment_store(const struct hub *h, struct str bytes, struct arena *a, struct str *sha256, struct err *e) must_use;
/* The path of the bytes. */
const char *attachment_path(struct arena *a, const char *dir, struct str sha256);
/* By the end of a file's name; application/octet-stream when it says nothing. */
struct str attachment_media_type(struct str file_name);
