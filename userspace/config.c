// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: the configuration file, vpnpass.conf(5). One "key = value" in a line, # begins
 * a comment. All lines are kept as they are, for whoever writes the file again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "vpnpass.h"

#define DAY		86400
#define LIMIT_MAX	(1 << 20)

/* The one place where the keys are; a test compares it with the modules' sources. */
const struct config_key config_keys[CONFIG_KEYS] = {
	{ "pptp", CONFIG_PPTP, CONFIG_OFF, CONFIG_BLOCK },
	{ "l2tp", CONFIG_L2TP, CONFIG_OFF, CONFIG_BLOCK },
	{ "ipsec", CONFIG_IPSEC, CONFIG_OFF, CONFIG_BLOCK },
	{ "pptp_timeout", CONFIG_PPTP, 1, 10 * DAY },
	{ "pptp_timeout_unreplied", CONFIG_PPTP, 1, DAY },
	{ "pptp_orphan_timeout", CONFIG_PPTP, 1, DAY },
	{ "l2tp_timeout", CONFIG_L2TP, 1, 10 * DAY },
	{ "l2tp_timeout_unreplied", CONFIG_L2TP, 1, DAY },
	{ "l2tp_keep_port", CONFIG_L2TP, 0, 1 },
	{ "ipsec_timeout", CONFIG_IPSEC, 1, 10 * DAY },
	{ "ipsec_timeout_unreplied", CONFIG_IPSEC, 1, DAY },
	{ "ipsec_copies", CONFIG_IPSEC, 0, 1000 },
	{ "max_tunnels", CONFIG_ALL, 1, LIMIT_MAX },
	{ "max_tunnels_per_client", CONFIG_ALL, 1, LIMIT_MAX },
	{ "max_tunnels_per_server", CONFIG_ALL, 1, LIMIT_MAX },
	{ "max_controls", CONFIG_ALL, 1, LIMIT_MAX },
	{ "max_controls_per_client", CONFIG_ALL, 1, LIMIT_MAX },
};

static const char *const modes[] = {
	[CONFIG_OFF] = "off",
	[CONFIG_ON] = "on",
	[CONFIG_RULE] = "rule",
	[CONFIG_BLOCK] = "block",
};

#define MODE_CHOICES	"choose from off, on, rule, block, block on INTERFACE"

/* A piece of a line. */
struct piece {
	const char *p;
	size_t len;
};

/* Room for a word in a message. */
#define QUOTE		44

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct piece trim(const char *p, size_t len)
{
	while (len && is_space(*p)) {
		p++;
		len--;
	}
	while (len && is_space(p[len - 1]))
		len--;
	return (struct piece){ p, len };
}

static bool same(struct piece w, const char *name)
{
	return strlen(name) == w.len && !memcmp(w.p, name, w.len);
}

/* Fit for a terminal: no control characters, and not too long. */
static const char *quote(struct piece w, char buf[QUOTE])
{
	size_t i, max = QUOTE - 4;

	for (i = 0; i < w.len && i < max; i++)
		buf[i] = w.p[i] >= ' ' && w.p[i] <= '~' ? w.p[i] : '?';
	strcpy(buf + i, w.len > max ? "..." : "");
	return buf;
}

static int error(struct config *c, const char *text)
{
	struct config_error *more;

	more = realloc(c->errors, (c->nerrors + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	c->errors = more;
	more += c->nerrors;
	*more = (struct config_error){ c->nlines, strdup(text) };
	if (!more->text)
		return -ENOMEM;
	c->nerrors++;
	return 0;
}

/* How many letters to insert, delete or replace until @w is @name; any number over 2 is 3. */
static unsigned int distance(struct piece w, const char *name)
{
	unsigned int row[64], i, j, n = strlen(name), diagonal, above, best;

	if (n + 1 > ARRAY_SIZE(row) || w.len + 2 < n || w.len > n + 2)
		return 3;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; i <= w.len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			above = row[j];
			best = diagonal + (w.p[i - 1] != name[j - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[n] < 3 ? row[n] : 3;
}

static int error_key(struct config *c, struct piece key)
{
	unsigned int i, d, near = CONFIG_KEYS, best = 3;
	char text[640], word[QUOTE];
	int len;

	for (i = 0; i < CONFIG_KEYS; i++) {
		d = distance(key, config_keys[i].name);
		if (d < best) {
			best = d;
			near = i;
		}
	}
	len = snprintf(text, sizeof(text), "there is no key '%s'; ", quote(key, word));
	if (near < CONFIG_KEYS) {
		snprintf(text + len, sizeof(text) - len, "is '%s' meant?", config_keys[near].name);
		return error(c, text);
	}
	len += snprintf(text + len, sizeof(text) - len, "choose from");
	for (i = 0; i < CONFIG_KEYS; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s %s", i ? "," : "",
				config_keys[i].name);
	return error(c, text);
}

static int error_value(struct config *c, unsigned int key, struct piece value)
{
	const struct config_key *k = &config_keys[key];
	char text[256], word[QUOTE], choices[80];

	if (config_is_mode(key))
		snprintf(choices, sizeof(choices), MODE_CHOICES);
	else
		snprintf(choices, sizeof(choices), "a number from %u to %u would do", k->min,
			 k->max);
	if (value.len)
		snprintf(text, sizeof(text), "%s: '%s' is no value for it; %s", k->name,
			 quote(value, word), choices);
	else
		snprintf(text, sizeof(text), "%s: there is no value behind the '='; %s", k->name,
			 choices);
	return error(c, text);
}

static int error_twice(struct config *c, unsigned int key)
{
	char text[128];

	snprintf(text, sizeof(text), "%s is set in line %u already; delete one of the two",
		 config_keys[key].name, c->values[key].line);
	return error(c, text);
}

static int error_line(struct config *c, struct piece line)
{
	char text[128], word[QUOTE];

	snprintf(text, sizeof(text), "there is no '=' in '%s'; write it as: key = value",
		 quote(line, word));
	return error(c, text);
}

/**
 * config_is_lan() - can this name of an interface be written behind "block on"?
 * @name: name
 *
 * Return: whether the kernel takes it, nft shows it as it is, and a line can hold it.
 */
bool config_is_lan(const char *name)
{
	const char *c;

	if (!*name || strlen(name) >= CONFIG_LAN || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("/:*\\\"#", *c))
			return false;
	return true;
}

/* Take one word off the front. */
static struct piece next_word(struct piece *w)
{
	struct piece word = { w->p, 0 };

	while (word.len < w->len && !is_space(w->p[word.len]))
		word.len++;
	*w = trim(w->p + word.len, w->len - word.len);
	return word;
}

/* A mode, or "block on" and the name of an interface. */
static bool read_mode(struct piece w, struct config_value *v)
{
	struct piece rest = w;
	size_t i;

	*v->lan = '\0';
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (same(w, modes[i])) {
			v->value = i;
			return true;
		}
	if (!same(next_word(&rest), modes[CONFIG_BLOCK]) || !same(next_word(&rest), "on") ||
	    rest.len >= CONFIG_LAN || memchr(rest.p, '\0', rest.len))
		return false;
	v->value = CONFIG_BLOCK;
	memcpy(v->lan, rest.p, rest.len);
	v->lan[rest.len] = '\0';
	return config_is_lan(v->lan);
}

static bool read_value(unsigned int key, struct piece w, struct config_value *v)
{
	const struct config_key *k = &config_keys[key];
	unsigned long n = 0;
	size_t i;

	if (config_is_mode(key))
		return read_mode(w, v);
	for (i = 0; i < w.len; i++) {
		if (w.p[i] < '0' || w.p[i] > '9')
			return false;
		n = n * 10 + (w.p[i] - '0');
		if (n > k->max)
			return false;
	}
	v->value = n;
	return w.len && n >= k->min;
}

static unsigned int find_key(struct piece w)
{
	unsigned int key;

	for (key = 0; key < CONFIG_KEYS && !same(w, config_keys[key].name); key++)
		;
	return key;
}

/* What is left of a line without its comment. */
static struct piece content(const struct config_line *line)
{
	const char *comment = memchr(line->text, '#', line->len);

	return trim(line->text, comment ? (size_t)(comment - line->text) : line->len);
}

/* The part behind the "=", of a content that has one. */
static struct piece value_of(struct piece w)
{
	const char *eq = memchr(w.p, '=', w.len);

	return trim(eq + 1, w.p + w.len - eq - 1);
}

/* Look at the last line. */
static int read_line(struct config *c)
{
	struct piece w = content(&c->lines[c->nlines - 1]), name, value;
	const char *eq = w.len ? memchr(w.p, '=', w.len) : NULL;
	struct config_value v = { c->nlines, 0, "" };
	unsigned int key;

	if (!w.len)
		return 0;
	if (!eq)
		return error_line(c, w);
	name = trim(w.p, eq - w.p);
	key = find_key(name);
	if (key == CONFIG_KEYS)
		return error_key(c, name);
	if (c->values[key].line)
		return error_twice(c, key);
	value = value_of(w);
	if (!read_value(key, value, &v)) {
		c->values[key].line = c->nlines;
		return error_value(c, key, value);
	}
	c->values[key] = v;
	return 0;
}

/* Make room for a line, before the one of this index, and fill it. */
static int insert_line(struct config *c, size_t at, const char *text, size_t len)
{
	struct config_line *lines = realloc(c->lines, (c->nlines + 1) * sizeof(*lines));
	unsigned int key;
	char *copy;

	if (!lines)
		return -ENOMEM;
	c->lines = lines;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	memmove(lines + at + 1, lines + at, (c->nlines - at) * sizeof(*lines));
	lines[at] = (struct config_line){ copy, len };
	c->nlines++;
	for (key = 0; key < CONFIG_KEYS; key++)
		if (c->values[key].line > at)
			c->values[key].line++;
	return 0;
}

/**
 * config_parse() - read a file's text
 * @c: to be filled; for config_free() in any case
 * @text: the text
 * @len: how many bytes
 *
 * Return: 0, also if the text has errors: these are in @c; or -ENOMEM.
 */
int config_parse(struct config *c, const char *text, size_t len)
{
	const char *end = text + len, *next;
	int err = 0;

	*c = (struct config){ .nlines = 0 };
	for (; !err && text < end; text = next) {
		next = memchr(text, '\n', end - text);
		next = next ? next + 1 : end;
		err = insert_line(c, c->nlines, text, next - text);
		if (!err)
			err = read_line(c);
	}
	return err;
}

/* Is this a comment such as "#key = 5"? */
static bool stands_for(const struct config_line *line, unsigned int key)
{
	struct piece w = trim(line->text, line->len);
	const char *eq;

	if (!w.len || *w.p != '#')
		return false;
	eq = memchr(w.p, '=', w.len);
	return eq && same(trim(w.p + 1, eq - w.p - 1), config_keys[key].name);
}

/* Of a file's last line the newline may be missing. */
static int end_line(struct config_line *line)
{
	char *longer;

	if (line->text[line->len - 1] == '\n')
		return 0;
	longer = realloc(line->text, line->len + 2);
	if (!longer)
		return -ENOMEM;
	longer[line->len++] = '\n';
	longer[line->len] = '\0';
	line->text = longer;
	return 0;
}

/* Behind the comment that stands for the key, or at the end. */
static int add_value(struct config *c, unsigned int key, const char *value)
{
	size_t at = 0;
	char line[64];
	int len, err = 0;

	while (at < c->nlines && !stands_for(&c->lines[at], key))
		at++;
	if (at < c->nlines)
		at++;
	if (at)
		err = end_line(&c->lines[at - 1]);
	len = snprintf(line, sizeof(line), "%s = %s\n", config_keys[key].name, value);
	if (!err)
		err = insert_line(c, at, line, len);
	if (!err)
		c->values[key].line = at + 1;
	return err;
}

static int change_value(struct config_line *line, const char *value)
{
	struct piece old = value_of(content(line));
	size_t head = old.p - line->text, more = strlen(value);
	char *text = malloc(line->len - old.len + more + 1);

	if (!text)
		return -ENOMEM;
	memcpy(text, line->text, head);
	memcpy(text + head, value, more);
	memcpy(text + head + more, old.p + old.len, line->len - head - old.len);
	free(line->text);
	line->text = text;
	line->len += more - old.len;
	text[line->len] = '\0';
	return 0;
}

/**
 * config_set() - set a key in a text without errors
 * @c: the text
 * @key: index in config_keys
 * @value: a value that it may have
 * @lan: of CONFIG_BLOCK the interface, of which config_is_lan() is true, or ""
 *
 * Comments, order and spaces of what is there stay.
 *
 * Return: 0 or -ENOMEM.
 */
int config_set(struct config *c, unsigned int key, unsigned int value, const char *lan)
{
	struct config_value *v = &c->values[key];
	char buf[CONFIG_VALUE];
	int err;

	if (v->line && v->value == value && !strcmp(v->lan, lan))
		return 0;
	config_value_text(key, value, lan, buf);
	err = v->line ? change_value(&c->lines[v->line - 1], buf) : add_value(c, key, buf);
	if (err)
		return err;
	v->value = value;
	memset(v->lan, 0, sizeof(v->lan));
	memcpy(v->lan, lan, strnlen(lan, sizeof(v->lan) - 1));
	return 0;
}

/**
 * config_text() - the text as it is now
 * @c: the text
 * @len: to be set to the number of bytes
 *
 * Return: the text, to be freed, or NULL if there is no memory for it.
 */
char *config_text(const struct config *c, size_t *len)
{
	char *text, *p;
	size_t i;

	*len = 0;
	for (i = 0; i < c->nlines; i++)
		*len += c->lines[i].len;
	text = malloc(*len + 1);
	if (!text)
		return NULL;
	for (p = text, i = 0; i < c->nlines; i++) {
		memcpy(p, c->lines[i].text, c->lines[i].len);
		p += c->lines[i].len;
	}
	*p = '\0';
	return text;
}

void config_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->nlines; i++)
		free(c->lines[i].text);
	for (i = 0; i < c->nerrors; i++)
		free(c->errors[i].text);
	free(c->lines);
	free(c->errors);
}

/**
 * config_value_text() - a value as it is written
 * @key: index in config_keys
 * @value: value
 * @lan: of CONFIG_BLOCK the interface, or ""
 * @buf: memory for it
 *
 * Return: @buf.
 */
const char *config_value_text(unsigned int key, unsigned int value, const char *lan,
			      char buf[CONFIG_VALUE])
{
	if (config_is_mode(key) && value < ARRAY_SIZE(modes))
		snprintf(buf, CONFIG_VALUE, "%s%s%s", modes[value], *lan ? " on " : "", lan);
	else
		snprintf(buf, CONFIG_VALUE, "%u", value);
	return buf;
}
