// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: tables whose columns are as wide as what stands in them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "vpnpass.h"

#define FOLD_INDENT	6
#define MAX_COLUMNS	16

/* Columns on the screen: characters, not bytes. */
static unsigned int width(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/**
 * table_add() - append a cell
 * @t: table
 * @color: its colour
 * @fmt: its text
 */
void table_add(struct table *t, enum out_color color, const char *fmt, ...)
{
	struct cell *cells;
	va_list ap;
	int len;

	cells = reallocarray(t->cells, t->ncells + 1, sizeof(*cells));
	if (!cells)
		abort();
	t->cells = cells;
	va_start(ap, fmt);
	len = vasprintf(&cells[t->ncells].text, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	cells[t->ncells++].color = color;
}

static void measure(const struct table *t, unsigned int *widths)
{
	unsigned int w;
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		widths[i] = width(t->columns[i].title);
	for (i = 0; i < t->ncells; i++) {
		w = width(t->cells[i].text);
		if (w > widths[i % t->ncolumns])
			widths[i % t->ncolumns] = w;
	}
}

/* Width of the columns from @from up to @to. */
static unsigned int span(const unsigned int *widths, unsigned int from, unsigned int to)
{
	unsigned int sum = 0, i;

	for (i = from; i < to; i++)
		sum += widths[i] + (i > from);
	return sum;
}

/* BIT(column) of those that begin a further line; 0: rows fit, or folding is no help. */
static unsigned int folds(const struct table *t, const unsigned int *widths)
{
	unsigned int set = 0, start = 0, room = OUT_WIDTH, i;

	while (span(widths, start, t->ncolumns) > room) {
		for (i = t->ncolumns - 1; i > start; i--)
			if (t->columns[i].fold && span(widths, start, i) <= room)
				break;
		if (i == start)
			return 0;
		set |= 1u << i;
		start = i;
		room = OUT_WIDTH - FOLD_INDENT;
	}
	return set;
}

static void print_cell(const struct table *t, unsigned int col, const struct cell *cell,
		       unsigned int pad, bool last)
{
	if (t->columns[col].right)
		printf("%*s", (int)pad, "");
	out_colored(cell->color, cell->text);
	if (!t->columns[col].right && !last)
		printf("%*s", (int)pad, "");
	putchar(last ? '\n' : ' ');
}

static void print_row(const struct table *t, const struct cell *row,
		      const unsigned int *widths, unsigned int fold)
{
	unsigned int i;

	for (i = 0; i < t->ncolumns; i++) {
		if (fold & 1u << i)
			printf("%*s", FOLD_INDENT, "");
		print_cell(t, i, &row[i], widths[i] - width(row[i].text),
			   i + 1 == t->ncolumns || fold & 1u << (i + 1));
	}
}

/**
 * table_print() - print the headings and all rows
 * @t: table of complete rows
 */
void table_print(const struct table *t)
{
	unsigned int widths[MAX_COLUMNS], fold, i;
	struct cell head[MAX_COLUMNS];
	size_t row;

	measure(t, widths);
	fold = folds(t, widths);
	for (i = 0; i < t->ncolumns; i++)
		head[i] = (struct cell){ (char *)t->columns[i].title, OUT_BOLD };
	print_row(t, head, widths, fold);
	for (row = 0; row + t->ncolumns <= t->ncells; row += t->ncolumns)
		print_row(t, &t->cells[row], widths, fold);
}

void table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->ncells; i++)
		free(t->cells[i].text);
	free(t->cells);
	t->cells = NULL;
	t->ncells = 0;
}
