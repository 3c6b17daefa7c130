// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for the reader of vpnpass.conf(5): any bytes. Nothing is lost of a text; a slow
 * second reading agrees; each error names a line that there is and fits a terminal; a key that
 * is set is read back, and no other line has changed.
 *
 * Input: one byte (a key, modulo their number), one (its value, among some that it may have), and
 * the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userspace/config.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The text is what was read, byte by byte. */
static void whole(const struct config *c, const char *text, size_t len)
{
	size_t got;
	char *again = config_text(c, &got);

	must(again && got == len && !memcmp(again, text, len), "nothing is lost of a text");
	free(again);
}

static size_t count_lines(const char *text, size_t len)
{
	size_t i, n = len && text[len - 1] != '\n';

	for (i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static void sane_errors(const struct config *c)
{
	unsigned int last = 0;
	const char *p;
	size_t i;

	for (i = 0; i < c->nerrors; i++) {
		must(c->errors[i].line >= 1 && c->errors[i].line <= c->nlines, "errors have lines");
		must(c->errors[i].line > last, "one error a line, in their order");
		last = c->errors[i].line;
		for (p = c->errors[i].text; *p; p++)
			must(*p >= ' ' && *p <= '~', "errors fit a terminal");
		must(p > c->errors[i].text, "errors say something");
	}
}

static bool is_space(char c)
{
	return c && strchr(" \t\n\v\f\r", c);
}

/* A mode: one of its names, the last one with an interface too. */
static bool model_mode(const char *word, unsigned int key, struct config_value *v)
{
	char buf[CONFIG_VALUE];
	const char *lan;

	for (v->value = 0; v->value <= CONFIG_BLOCK; v->value++)
		if (!strcmp(config_value_text(key, v->value, "", buf), word))
			return true;
	v->value = CONFIG_BLOCK;
	lan = word + strlen("block on ");
	if (strncmp(word, "block on ", strlen("block on ")) || !*lan || strlen(lan) > 15 ||
	    strpbrk(lan, " /:*\\\"") || !strcmp(lan, ".") || !strcmp(lan, ".."))
		return false;
	strcpy(v->lan, lan);
	for (; *lan; lan++)
		if (*lan < ' ' || *lan > '~')
			return false;
	return true;
}

/*
 * The model: a line without its comment and spaces is empty or a known key, "=" and a value.
 * Returns the key, CONFIG_KEYS for an empty line, or -1.
 */
static int model_line(const char *text, size_t len, struct config_value *v)
{
	char word[64], name[64], *rest;
	size_t i, n = 0;
	unsigned int key;
	int at = 0;

	for (i = 0; i < len && text[i] != '#'; i++) {
		if (is_space(text[i]) && (!n || word[n - 1] == ' '))
			continue;
		if (!text[i] || n == sizeof(word) - 1)
			return -1;	/* no key is so long, and no number without zeros */
		word[n++] = is_space(text[i]) ? ' ' : text[i];
	}
	n -= n && word[n - 1] == ' ';
	word[n] = '\0';
	if (!n)
		return CONFIG_KEYS;
	if (sscanf(word, "%63[a-z0-9_] = %n", name, &at) != 1 || !at || !word[at])
		return -1;
	rest = word + at;
	for (key = 0; key < CONFIG_KEYS && strcmp(config_keys[key].name, name); key++)
		;
	if (key == CONFIG_KEYS)
		return -1;
	if (config_is_mode(key))
		return model_mode(rest, key, v) ? (int)key : -1;
	if (strspn(rest, "0123456789") != strlen(rest))
		return -1;
	v->value = strtoull(rest, NULL, 10) > config_keys[key].max ? ~0u :
		   strtoull(rest, NULL, 10);
	return v->value >= config_keys[key].min && v->value <= config_keys[key].max ? (int)key :
	       -1;
}

/* A text without errors: the model reads the same. */
static void agree(const struct config *c)
{
	unsigned int found[CONFIG_KEYS] = { 0 }, key;
	struct config_value v;
	size_t i;
	int got;

	for (i = 0; i < c->nlines; i++) {
		v = (struct config_value){ .value = 0 };
		if (c->lines[i].len > 60)
			return;		/* too long for the model */
		got = model_line(c->lines[i].text, c->lines[i].len, &v);
		must(got >= 0, "both readings find the line good");
		if (got == CONFIG_KEYS)
			continue;
		must(!found[got]++, "no key is there twice");
		must(c->values[got].line == i + 1, "both readings find the key in this line");
		must(c->values[got].value == v.value, "both readings find the same value");
		must(!strcmp(c->values[got].lan, v.lan), "both readings find the same interface");
	}
	for (key = 0; key < CONFIG_KEYS; key++)
		must(!!c->values[key].line == !!found[key], "both readings find the same keys");
}

/* Of a text with errors: the model finds none in a good line, but for a second one. */
static void agree_errors(const struct config *c)
{
	const struct config_line *line;
	struct config_value v = { .value = 0 };
	size_t i;
	int got;

	for (i = 0; i < c->nerrors; i++) {
		line = &c->lines[c->errors[i].line - 1];
		got = model_line(line->text, line->len, &v);
		must(got < 0 || (got < CONFIG_KEYS && c->values[got].line &&
				 c->values[got].line < c->errors[i].line),
		     "both readings find the line bad");
	}
}

static bool same_line(const struct config_line *a, const struct config_line *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

/* Of the last line the end may have been missing. */
static bool ended(const struct config_line *a, const struct config_line *b)
{
	return a->len + 1 == b->len && !memcmp(a->text, b->text, a->len) &&
	       b->text[a->len] == '\n';
}

/* @c is @old but for this key. */
static void changed_only(const struct config *old, const struct config *c, unsigned int key)
{
	size_t at = c->values[key].line - 1, i, j;
	unsigned int k;

	must(c->nlines == old->nlines + !old->values[key].line, "one line is new at most");
	for (i = j = 0; j < c->nlines; j++) {
		if (j == at) {
			i += !!old->values[key].line;
			continue;
		}
		must(same_line(&old->lines[i], &c->lines[j]) ||
		     (j + 1 == at && ended(&old->lines[i], &c->lines[j])),
		     "the other lines are what they were");
		i++;
	}
	for (k = 0; k < CONFIG_KEYS; k++)
		must(k == key || (old->values[k].value == c->values[k].value &&
				  !strcmp(old->values[k].lan, c->values[k].lan) &&
				  !old->values[k].line == !c->values[k].line),
		     "the other keys are what they were");
}

static void same_values(const struct config *a, const struct config *b)
{
	must(a->nlines == b->nlines && !memcmp(a->values, b->values, sizeof(a->values)),
	     "what was set is read back");
}

static void set(struct config *c, const char *text, size_t len, unsigned int key, unsigned char n)
{
	const struct config_key *k = &config_keys[key];
	unsigned int value = n & 1 ? k->min + n % (k->max - k->min + 1) : k->max - n % k->max;
	static const char *const lans[] = { "", "lan0", "br-guest.10", "fifteen-letters" };
	const char *lan = "";
	struct config old, again;
	size_t now;
	char *out;

	if (value < k->min)
		value = k->min;
	if (config_is_mode(key) && value == CONFIG_BLOCK)
		lan = lans[n / 8 % 4];
	must(!config_parse(&old, text, len), "there is memory");
	must(!config_set(c, key, value, lan), "there is memory");
	must(c->values[key].value == value && !strcmp(c->values[key].lan, lan), "the key is set");
	changed_only(&old, c, key);
	out = config_text(c, &now);
	must(out && !config_parse(&again, out, now), "there is memory");
	must(!again.nerrors, "a change brings no errors");
	same_values(c, &again);
	config_free(&old);
	config_free(&again);
	free(out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct config c;
	size_t len = size - 2;
	char *text;

	if (size < 2)
		return 0;
	text = malloc(len ? len : 1);	/* exactly sized */
	must(text, "there is memory");
	memcpy(text, data + 2, len);
	must(!config_parse(&c, text, len), "there is memory");
	must(c.nlines == count_lines(text, len), "lines are lines");
	whole(&c, text, len);
	sane_errors(&c);
	agree_errors(&c);
	if (!c.nerrors) {
		agree(&c);
		set(&c, text, len, data[0] % CONFIG_KEYS, data[1]);
	}
	config_free(&c);
	free(text);
	return 0;
}
