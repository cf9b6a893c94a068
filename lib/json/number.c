#include "json.h"

#include <math.h>

/* A number as digits and the place of its point: 0.d1d2d3… × 10^point. */
struct decimal {
	char digits[20];
	int n, point;
};

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static void from_integer(struct decimal *d, uint64_t m, int scale) {
	char reversed[20];
	int n = 0;
	for (; m; m /= 10) reversed[n++] = (char)('0' + m % 10);
	int zeros = 0;
	while (zeros < n && reversed[zeros] == '0') zeros++;
	d->n = n - zeros;
	d->point = n - scale;
	for (int i = 0; i < d->n; i++) d->digits[i] = reversed[n - 1 - i];
}

/* Short decimals. m and 10^scale are exact, so m / 10^scale is rounded once, as strtod rounds the text: when it gives
 * v, the text reads back as v; and since m has at most 15 digits, no other text of that many does. */
static bool is_short(double v, struct decimal *d) {
	for (int scale = 0; scale < (int)lengthof(powers); scale++) {
		double scaled = v * powers[scale];
		if (scaled >= 1e15) return false;
		double m = nearbyint(scaled);
		if (m < 1 || m / powers[scale] != v) continue; /* NOLINT: exactly */
		from_integer(d, (uint64_t)m, scale);
		return true;
	}
	return false;
}

/* n digits by printf, which rounds right. */
static bool digits_of(double v, int n, struct decimal *d) {
	char text[40], digits[20];
	snprintf(text, sizeof text, "%.*e", n - 1, v);
	int used = 0;
	const char *p = text;
	for (; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9') digits[used++] = *p;
	d->point = (int)strtol(p + 1, NULL, 10) + 1;
	while (used > 1 && digits[used - 1] == '0') used--;
	d->n = used;
	memcpy(d->digits, digits, (size_t)used);
	return strtod(text, NULL) == v; /* NOLINT: exactly */
}

/* Below a power of two the doubles lie closer than above it; there the n digits nearest to v may read back as its
 * neighbour while the next ones up read back as v. */
static bool next_digits_up(double v, int n, struct decimal *d) {
	int exponent;
	if (frexp(v, &exponent) != 0.5) return false; /* NOLINT: exactly */
	uint64_t m = 0;
	for (int i = 0; i < n; i++) m = m * 10 + (uint64_t)(i < d->n ? d->digits[i] - '0' : 0);
	char text[40];
	snprintf(text, sizeof text, "%llue%d", (unsigned long long)(m + 1), d->point - n);
	if (strtod(text, NULL) != v) return false; /* NOLINT: exactly */
	int point = d->point;
	from_integer(d, m + 1, 0);
	d->point += point - n;
	return true;
}

static void shortest(double v, struct decimal *d) {
	if (is_short(v, d)) return;
	/* 15 digits tell all normal doubles that have a text so short; subnormal ones may have a shorter one than that. */
	for (int n = v < 2.2250738585072014e-308 ? 1 : 15; n < 17; n++) {
		if (digits_of(v, n, d) || next_digits_up(v, n, d)) return;
	}
	digits_of(v, 17, d);
}

/* ECMAScript, Number::toString (section 6.1.6.1.20). */
struct str json_real_text(double v, char out[JSON_REAL_TEXT]) {
	char *p = out;
	if (!isfinite(v)) {
		memcpy(out, "null", 5); /* as JSON.stringify does; values never hold one */
		return str_n(out, 4);
	}
	if (v < 0) {
		*p++ = '-';
		v = -v;
	}
	struct decimal d = {.n = 0};
	if (v == 0)
		d = (struct decimal){"0", 1, 1};
	else
		shortest(v, &d);
	if (d.point > 21 || d.point <= -6) { /* exponent */
		*p++ = d.digits[0];
		if (d.n > 1) {
			*p++ = '.';
			memcpy(p, d.digits + 1, (size_t)d.n - 1);
			p += d.n - 1;
		}
		p += snprintf(p, 8, "e%+d", d.point - 1);
	} else if (d.point <= 0) { /* 0.000ddd */
		*p++ = '0';
		*p++ = '.';
		for (int i = d.point; i < 0; i++) *p++ = '0';
		memcpy(p, d.digits, (size_t)d.n);
		p += d.n;
	} else { /* ddd.ddd or ddd000 */
		for (int i = 0; i < d.point || i < d.n; i++) {
			if (i == d.point) *p++ = '.';
			*p++ = i < d.n ? d.digits[i] : '0';
		}
	}
	*p = 0;
	return str_n(out, (size_t)(p - out));
}
