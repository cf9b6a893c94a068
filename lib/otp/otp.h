/* One-time passwords: HOTP (RFC 4226) by counter, TOTP (RFC 6238) by time; base32 (RFC 4648 section 6), in which their secrets are
 * typed; and the otpauth address that a QR code holds (as authenticator programs agreed to read it).
 *
 * Pure: no clock, no storage. Whoever takes a code keeps the step that it belongs to, and takes none up to it again (RFC 6238
 * section 5.2). */
#pragma once
#include "base/base.h"

enum otp_hash { OTP_SHA1, OTP_SHA256, OTP_SHA512 };
enum { OTP_PERIOD = 30, OTP_DIGITS = 6, OTP_SECRET = 20 }; /* what all authenticator programs take: 30 s, six digits, 160 bits */

/* The code of a counter, as a number: RFC 4226 section 5.3. digits 6 to 9. */
uint32_t otp_code(struct str secret, uint64_t counter, enum otp_hash hash, int digits);
/* The step of a moment: RFC 6238 section 4.2. */
int64_t otp_step(moment t, int period_seconds);

/* The step whose code this is: of `step` and `around` either way, the first behind `used`. -1 when it is none of them. Compares all of them in
 * constant time. SHA-1, OTP_DIGITS. Blanks between the digits are passed over. */
int64_t otp_find(struct str secret, struct str text, int64_t step, int around, int64_t used);

/* Without padding, capital letters. */
struct str base32_encode(struct arena *a, struct str bytes);
/* As people type it: small letters, blanks and hyphens between; padding only at the end. False for what is not base32, also where bits that
 * belong to no byte are not 0. */
bool base32_decode(struct arena *a, struct str text, struct str *out);

/* otpauth://totp/Issuer:account?secret=…&issuer=…, percent-encoded. */
struct str otp_address(struct arena *a, struct str issuer, struct str account, struct str secret);
