/* sign and verify-model, as tables: for help in the program that has all other commands, and for the program that does it. */
#include "sign.h"

static const struct option sign_options[] = {
	{"key", "FILE", "the private key, in PEM (P-256, P-384 or P-521)", false},
	{"certificate", "FILE", "the key's certificate, which then stands in the signature", false},
	{"chain", "FILE", "certificates between it and the one that others trust", true},
	{"signature", "FILE", "where the signature goes; else model.sig in the folder", false},
	{"ignore", "PATH", "what is left out, below the folder; stands in the signature", true},
	{"allow-links", NULL, "sign what symbolic links lead to", false},
	{"cache", "FILE", "remember digests there: files that didn't change since are not read again", false},
	{"scan", NULL, "scan the model, and sign the verdict as well, beside the signature", false},
};
const struct command command_sign = {
	.name = "sign", .arguments = "FOLDER", .summary = "sign a model, all its files together",
	.text = "Writes a signature over the digests of all files of a folder, as OpenSSF model signing has it (version 1): whoever has the public key, or trusts a certificate above the signer's, can tell whether a file was changed, added or taken away. "
			"Nothing is sent anywhere. .git, .github, .gitattributes and .gitignore are left out.\n"
			"With --scan the model is scanned first; what is BLOCK or INVALID is not signed, and else the verdict is signed too, over the same digest, in a file of the signature's name and .scan.",
	.example = "polder sign model/ --key signing-key.pem --scan", .options = sign_options, .options_n = lengthof(sign_options), .least = 1, .most = 1, .run = run_sign,
};

static const struct option verify_options[] = {
	{"key", "FILE", "the public key to trust, in PEM", false},
	{"chain", "FILE", "certificates to trust, in PEM; the signer's must lead to one of them", true},
	{"at", "TIME", "judge certificates as of then (2026-01-31T12:00:00Z); else now", false},
	{"signature", "FILE", "the signature; else model.sig in the folder", false},
	{"ignore", "PATH", "what may be there unsigned, below the folder", true},
	{"cache", "FILE", "remember digests there: files that didn't change since are not read again", false},
	{"scan", NULL, "ask for a signed verdict of the scanner as well", false},
};
const struct command command_verify_model = {
	.name = "verify-model", .arguments = "FOLDER", .summary = "say whether a model is what was signed",
	.text = "Checks a signature as `polder sign` and OpenSSF model signing (version 1) write it, and every file of the folder against it. It ends with 1 when the signature isn't by whom you trust, when a file was changed, added or is missing, "
			"or (with --scan) when no verdict was signed over the same files, or one that blocks.",
	.example = "polder verify-model model/ --key signing-key-pub.pem", .options = verify_options, .options_n = lengthof(verify_options), .least = 1, .most = 1, .run = run_verify_model,
};
