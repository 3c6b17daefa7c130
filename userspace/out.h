/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: tables and numbers for eyes, JSON for machines, errors for both. */
#ifndef VPNPASS_OUT_H
#define VPNPASS_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT_JSON_VERSION	1
#define OUT_WIDTH		80

/* Long enough for whatever out_human() and out_span() write. */
#define OUT_NUMBER		24

enum out_color { OUT_PLAIN, OUT_GOOD, OUT_WARN, OUT_BAD, OUT_BOLD };

void out_init(bool color);
int out_finish(int code);

int out_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

const char *out_arrow(void);
const char *out_human(uint64_t n, char buf[OUT_NUMBER]);
const char *out_span(uint64_t ms, char buf[OUT_NUMBER]);
void out_colored(enum out_color color, const char *text);
void out_wrapped(const char *text, unsigned int col, unsigned int indent);

json_t *out_json_new(void);
int out_json(json_t *root, bool one_line);

/**
 * struct column - one column of a table
 * @title: heading
 * @right: align to the right
 * @fold: a row that is too long may go on here on a further line
 */
struct column {
	const char *title;
	bool right;
	bool fold;
};

struct cell {
	char *text;
	enum out_color color;
};

/**
 * struct table - rows of cells, printed when all are known
 * @columns: what they are
 * @ncolumns: how many
 * @cells: row by row
 * @ncells: how many so far
 * @width: columns of the screen there are, 0 for OUT_WIDTH
 * @height: lines there are, 0 for any number; rows beyond are counted in the last one
 */
struct table {
	const struct column *columns;
	unsigned int ncolumns;
	struct cell *cells;
	size_t ncells;
	unsigned int width;
	unsigned int height;
};

void table_add(struct table *t, enum out_color color, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool table_fits(const struct table *t);
void table_print(const struct table *t);
void table_free(struct table *t);

#endif /* VPNPASS_OUT_H */
