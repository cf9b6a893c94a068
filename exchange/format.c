#include "format.h"

extern const struct format format_avid, format_aiid, format_atlas, format_osv, format_cve, format_csaf, format_polder;

const struct format *const formats[] = {
	&format_avid, &format_aiid, &format_atlas, &format_osv, &format_cve, &format_csaf, &format_polder,
};
const size_t formats_n = lengthof(formats);

const struct format *format_find(struct str name) {
	for (size_t i = 0; i < formats_n; i++)
		if (str_is(name, formats[i]->name)) return formats[i];
	return NULL;
}
