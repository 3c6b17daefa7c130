// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: messages, numbers, wrapped text and JSON. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "out.h"
#include "vpnpass.h"

static bool colored;
static bool utf8;

/**
 * out_init() - find out what the terminal can show
 * @color: colours are welcome where the terminal has them
 */
void out_init(bool color)
{
	const char *term = getenv("TERM");
	const char *no = getenv("NO_COLOR");

	setlocale(LC_CTYPE, "");
	utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	colored = color && isatty(STDOUT_FILENO) && !(no && *no) &&
		  term && strcmp(term, "dumb");
}

/**
 * out_finish() - make sure that all output has left us
 * @code: exit code so far
 *
 * Return: @code, or VP_FAILED if the output is not complete.
 */
int out_finish(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	return out_fail(code ? code : VP_FAILED, "cannot write the output: %s", strerror(errno));
}

/**
 * out_fail() - say what is wrong, with what, and what to do
 * @code: exit code
 * @fmt: message without a newline
 *
 * Return: @code.
 */
int out_fail(int code, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("vpnpass: error: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

/**
 * out_note() - tell the person at the terminal something, apart from the output
 * @fmt: message without a newline
 */
void out_note(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("vpnpass: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* Between two names of the same thing. */
const char *out_arrow(void)
{
	return utf8 ? "\xe2\x86\x92" : ">";
}

/**
 * out_human() - a count in at most four characters
 * @n: count
 * @buf: memory for it
 *
 * Return: @buf. Units are decimal and rounded down: 1.2k is 1200 to 1299.
 */
const char *out_human(uint64_t n, char buf[OUT_NUMBER])
{
	const char *unit = "kMGTPE";
	uint64_t rest = n;

	if (n < 10000) {
		snprintf(buf, OUT_NUMBER, "%u", (unsigned int)n);
		return buf;
	}
	for (rest = n; rest >= 1000000; rest /= 1000)
		unit++;
	if (rest < 10000)
		snprintf(buf, OUT_NUMBER, "%u.%u%c", (unsigned int)(rest / 1000),
			 (unsigned int)(rest / 100 % 10), *unit);
	else
		snprintf(buf, OUT_NUMBER, "%u%c", (unsigned int)(rest / 1000), *unit);
	return buf;
}

/**
 * out_span() - a duration in few characters
 * @ms: milliseconds
 * @buf: memory for it
 *
 * Return: @buf, in the smallest unit of which there are less than 100, or in days.
 */
const char *out_span(uint64_t ms, char buf[OUT_NUMBER])
{
	uint64_t s = ms / 1000;

	if (s < 100)
		snprintf(buf, OUT_NUMBER, "%us", (unsigned int)s);
	else if (s < 100 * 60)
		snprintf(buf, OUT_NUMBER, "%um", (unsigned int)(s / 60));
	else if (s < 100 * 3600)
		snprintf(buf, OUT_NUMBER, "%uh", (unsigned int)(s / 3600));
	else
		snprintf(buf, OUT_NUMBER, "%llud", (unsigned long long)(s / 86400));
	return buf;
}

/**
 * out_colored() - print a text in a colour, where there are colours
 * @color: colour
 * @text: text
 */
void out_colored(enum out_color color, const char *text)
{
	static const char *const codes[] = {
		[OUT_PLAIN] = "",
		[OUT_GOOD] = "\033[32m",
		[OUT_WARN] = "\033[33m",
		[OUT_BAD] = "\033[31m",
		[OUT_BOLD] = "\033[1m",
	};

	if (colored && color != OUT_PLAIN)
		printf("%s%s\033[0m", codes[color], text);
	else
		fputs(text, stdout);
}

/**
 * out_wrapped() - print a text in lines of at most OUT_WIDTH columns, and a newline
 * @text: words with single spaces between them
 * @col: column in which the cursor stands
 * @indent: column in which further lines begin
 */
void out_wrapped(const char *text, unsigned int col, unsigned int indent)
{
	bool first = true;

	while (*text) {
		unsigned int len = strcspn(text, " ");

		if (!first && col + 1 + len > OUT_WIDTH) {
			printf("\n%*s", (int)indent, "");
			col = indent;
		} else if (!first) {
			putchar(' ');
			col++;
		}
		printf("%.*s", (int)len, text);
		col += len;
		text += len;
		text += strspn(text, " ");
		first = false;
	}
	putchar('\n');
}

/* Every document for machines begins with the version of its layout. */
json_t *out_json_new(void)
{
	return json_pack("{s:i}", "version", OUT_JSON_VERSION);
}

/**
 * out_json() - print a document and let go of it
 * @root: document, NULL if there was no memory for it
 * @one_line: no line breaks, and out at once
 *
 * Return: exit code.
 */
int out_json(json_t *root, bool one_line)
{
	int rc = -1;

	if (root)
		rc = json_dumpf(root, stdout, one_line ? JSON_COMPACT : JSON_INDENT(2));
	json_decref(root);
	if (rc)
		return out_fail(VP_FAILED, "cannot write the output as JSON");
	putchar('\n');
	if (one_line)
		fflush(stdout);
	return VP_OK;
}
