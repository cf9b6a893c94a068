#include "chart.h"

const struct chart_shape chart_wide = {"wide", 560, 190, 4, 26, 12},
	chart_narrow = {"narrow", 320, 205, 10, 24, 12};

enum { WIDEST = 44, LABEL = 38 };

/* 1, 2 or 5 times a power of ten, so that at most four steps reach the largest. */
static int64_t step_of(const struct chart *c) {
	int64_t most = 1, step = 1;
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].total > most) most = c->columns[i].total;
	for (int i = 0; step * (CHART_LINES - 1) < most; i++) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	return step;
}

static int64_t top_of(const struct chart *c) {
	int64_t step = step_of(c), top = step;
	for (size_t i = 0; i < c->n; i++)
		while (top < c->columns[i].total) top += step;
	return top;
}

int chart_left(const struct chart *c) {
	int digits = 1;
	for (int64_t top = top_of(c); top >= 10; top /= 10) digits++;
	return 14 + 7 * digits;
}

static int room(const struct chart_shape *s) {
	return s->height - s->foot - s->head;
}

static int height_of(const struct chart *c, const struct chart_shape *s, int64_t n) {
	return (int)((double)n * room(s) / (double)top_of(c) + 0.5);
}

struct chart_place chart_slot(const struct chart *c, const struct chart_shape *s, size_t column) {
	int all = s->width - chart_left(c) - s->right, n = (int)(c->n ? c->n : 1);
	int x = chart_left(c) + all * (int)column / n, end = chart_left(c) + all * ((int)column + 1) / n;
	return (struct chart_place){x, 0, end - x, s->height, x + (end - x) / 2};
}

struct chart_place chart_part(const struct chart *c, const struct chart_shape *s, size_t column, size_t series) {
	struct chart_place slot = chart_slot(c, s, column);
	int64_t below = 0;
	for (size_t i = 0; i < series && !c->beside; i++) below += c->columns[column].n[i];
	int bottom = height_of(c, s, below), top = height_of(c, s, below + c->columns[column].n[series]);
	if (c->columns[column].n[series] && top == bottom) top++; /* what is there is seen */
	int width = slot.width * 7 / 10 < WIDEST ? slot.width * 7 / 10 : WIDEST;
	struct chart_place part = {slot.middle - width / 2, s->head + room(s) - top, width, top - bottom, slot.middle};
	if (c->beside) {
		part.width = width / (int)c->series_n > 1 ? width / (int)c->series_n : 1;
		part.x += part.width * (int)series;
	}
	return part;
}

bool chart_labelled(const struct chart *c, const struct chart_shape *s, size_t column) {
	int all = s->width - chart_left(c) - s->right, slots = (int)c->n * LABEL;
	size_t every = (size_t)((slots + all - 1) / (all ? all : 1));
	return every < 2 || (c->n - 1 - column) % every == 0;
}

size_t chart_lines(const struct chart *c, const struct chart_shape *s, struct chart_line out[CHART_LINES]) {
	int64_t step = step_of(c), top = top_of(c);
	size_t n = 0;
	for (int64_t v = 0; v <= top && n < CHART_LINES; v += step)
		out[n++] = (struct chart_line){v, s->head + room(s) - height_of(c, s, v)};
	return n;
}
