/* Sigstore bundles (sigstore/protobuf-specs, "application/vnd.dev.sigstore.bundle.v0.3+json") that hold a statement in a DSSE envelope (secure-systems-lab/dsse, protocol.md v1.0), signed by a key or with a certificate.
 *
 * Invariant: the payload that is given out was verified; one signature is taken, not the best of several. Bundles of keyless signing, whose trust lies in a log on the network, are not verified. */
#pragma once
#include "keys.h"
#include "lib/json/json.h"

enum err_code bundle_make(struct arena *a, const struct sign_key *k, struct str payload, struct str *out, struct err *e) must_use;
enum err_code bundle_open(struct arena *a, struct str text, const struct sign_trust *t, struct str *payload, struct str *who, struct err *e) must_use;
