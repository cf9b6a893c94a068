/* A message as it goes over the wire: RFC 5322 and MIME (RFC 2045), encoded words (RFC 2047) where a header is not ASCII, the text in UTF-8 as
 * quoted-printable, lines ending in CR LF.
 *
 * Whatever is given, it becomes one header each: control characters are blanks there, and addresses that hold anything but an address are refused. */
#pragma once
#include "base/base.h"

struct mail_address {
	struct str name, address; /* name may be "" */
};
/* "Example hub <hub@example.org>" or "hub@example.org". ERR_INVALID. */
enum err_code mail_address_read(struct str text, struct mail_address *out, struct err *e) must_use;

struct mail_message {
	struct mail_address from, to;
	struct str subject, text;
	moment date;
	struct str id;            /* of the message, without brackets: "…@example.org" */
	struct str references;    /* id of the message that it belongs to, which need not have been sent; "" none */
	struct str list_id;       /* RFC 2919: "notices.example.org"; "" none */
	struct str stop;          /* https address that ends such messages (RFC 8058, section 3.1); "" none */
};
enum err_code mail_message_write(struct arena *a, const struct mail_message *m, struct str *out, struct err *e) must_use;
