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
	unsigned int w, column = 0;
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		widths[i] = width(t->columns[i].title);
	for (i = 0; i < t->ncells; i++) {
		w = width(t->cells[i].text);
		if (w > widths[column])
			widths[column] = w;
		column = column + 1 < t->ncolumns ? column + 1 : 0;
	}
}

static unsigned int screen_width(const struct table *t)
{
	return t->width ? t->width : OUT_WIDTH;
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
	unsigned int set = 0, start = 0, room = screen_width(t), i;

	while (span(widths, start, t->ncolumns) > room) {
		for (i = t->ncolumns - 1; i > start; i--)
			if (t->columns[i].fold && span(widths, start, i) <= room)
				break;
		if (i == start)
			return 0;
		set |= 1u << i;
		start = i;
		if (screen_width(t) <= FOLD_INDENT)
			return 0;
		room = screen_width(t) - FOLD_INDENT;
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
 * table_fits() - does every row fit into one line?
 * @t: table of complete rows
 *
 * Return: whether it does.
 */
bool table_fits(const struct table *t)
{
	unsigned int widths[MAX_COLUMNS] = {};

	measure(t, widths);
	return span(widths, 0, t->ncolumns) <= screen_width(t);
}

/* How many rows to print: all, or so many that a line is left to count the others. */
static size_t visible(const struct table *t, unsigned int fold)
{
	unsigned int lines = 1 + __builtin_popcount(fold);
	size_t rows = t->ncells / t->ncolumns;

	if (!t->height || (rows + 1) * lines <= t->height)
		return rows;
	return t->height > 2 * lines ? (t->height - 1) / lines - 1 : 0;
}

/**
 * table_print() - print the headings and all rows, or those there is room for
 * @t: table of complete rows
 */
void table_print(const struct table *t)
{
	unsigned int widths[MAX_COLUMNS] = {}, fold, i;
	struct cell head[MAX_COLUMNS] = { { NULL, OUT_PLAIN } };
	size_t row, shown;

	measure(t, widths);
	fold = folds(t, widths);
	shown = visible(t, fold);
	for (i = 0; i < t->ncolumns; i++)
		head[i] = (struct cell){ (char *)t->columns[i].title, OUT_BOLD };
	print_row(t, head, widths, fold);
	for (row = 0; row < shown; row++)
		print_row(t, &t->cells[row * t->ncolumns], widths, fold);
	if (row < t->ncells / t->ncolumns)
		printf("and %zu more\n", t->ncells / t->ncolumns - row);
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
