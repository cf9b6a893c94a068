#include "node.h"

#include <math.h>

/* The shortest decimal that means the double: what a person wrote, most likely. */
bool decimal_of(const struct json *v, struct decimal *out) {
	*out = (struct decimal){0, 0};
	if (json_is(v, JSON_INT)) {
		out->digits = v->integer < 0 ? 0 - (uint64_t)v->integer : (uint64_t)v->integer;
	} else if (json_is(v, JSON_REAL)) {
		char text[JSON_REAL_TEXT];
		struct str s = json_real_text(fabs(v->real), text);
		bool fraction = false;
		size_t i = 0;
		int zeros = 0; /* kept back: an integer of 21 digits ends in zeros */
		for (; i < s.n && s.p[i] != 'e'; i++) {
			if (s.p[i] == '.') {
				fraction = true;
				continue;
			}
			out->power -= fraction;
			if (s.p[i] == '0') {
				zeros++;
				continue;
			}
			for (; zeros; zeros--)
				if (out->digits) out->digits *= 10;
			out->digits = out->digits * 10 + (uint64_t)(s.p[i] - '0');
		}
		out->power += zeros;
		int64_t exponent = 0;
		if (i < s.n && !str_int(str_from(s, i + (s.p[i + 1] == '+' ? 2 : 1)), &exponent)) return false;
		out->power += (int)exponent;
	} else {
		return false;
	}
	while (out->digits && out->digits % 10 == 0) {
		out->digits /= 10;
		out->power++;
	}
	return true;
}

bool decimal_is_multiple(struct decimal v, struct decimal step) {
	if (!v.digits) return true;
	if (!step.digits) return false;
	int power = v.power - step.power;
	if (power < 0) return false; /* v.digits would have to have a factor 10 */
	__uint128_t divisor = step.digits, rest = v.digits % divisor, base = 10 % divisor;
	for (; power; power >>= 1) {
		if (power & 1) rest = rest * base % divisor;
		base = base * base % divisor;
	}
	return rest % divisor == 0;
}

static int integer_real(int64_t i, double d) {
	if (d >= 0x1p63) return -1;
	if (d < -0x1p63) return 1;
	int64_t whole = (int64_t)d;
	if (i != whole) return i < whole ? -1 : 1;
	double rest = d - (double)whole;
	return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

int number_cmp(const struct json *a, const struct json *b) {
	if (a->type == JSON_INT && b->type == JSON_INT) return (a->integer > b->integer) - (a->integer < b->integer);
	if (a->type == JSON_INT) return integer_real(a->integer, b->real);
	if (b->type == JSON_INT) return -integer_real(b->integer, a->real);
	return (a->real > b->real) - (a->real < b->real);
}
