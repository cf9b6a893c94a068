#include "chart.h"

enum { FOOT = 34, HEAD = 16, LEFT = 4 };

int64_t chart_top(const struct chart *c) {
	int64_t most = 1;
	for (size_t i = 0; i < c->n; i++)
		if (c->bars[i].n > most) most = c->bars[i].n;
	return most;
}

struct chart_place chart_place(const struct chart *c, size_t i) {
	int slot = (CHART_WIDTH - 2 * LEFT) / (int)(c->n ? c->n : 1), room = CHART_HEIGHT - FOOT - HEAD;
	int width = slot * 7 / 10;
	int height = (int)(c->bars[i].n * room / chart_top(c));
	if (c->bars[i].n && height < 2) height = 2;
	int x = LEFT + slot * (int)i + (slot - width) / 2;
	return (struct chart_place){x, HEAD + room - height, width, height, x + width / 2};
}
