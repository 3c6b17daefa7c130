// SPDX-License-Identifier: GPL-2.0
/* Steps of a world of ends, from the command line: find each, tell it its links, run it. */
#define _GNU_SOURCE
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which links: all, 3 or 2-5, then @2 for the second server or @all; the first one if absent. */
static void choose(struct world *w, const char *text, struct args *a)
{
	char buf[64], *at, *dash;
	u32 clients = world_clients(w), servers = world_servers(w);
	long c1, c2, s1 = 1, s2 = 1, c, s;

	snprintf(buf, sizeof(buf), "%s", text);
	at = strchr(buf, '@');
	if (at) {
		*at++ = '\0';
		s1 = strcmp(at, "all") ? number(at, "server", 1, servers) : 1;
		s2 = strcmp(at, "all") ? s1 : (long)servers;
	}
	dash = strchr(buf, '-');
	if (dash)
		*dash++ = '\0';
	if (!strcmp(buf, "all")) {
		c1 = 1;
		c2 = clients;
	} else {
		c1 = number(buf, "client", 1, clients);
		c2 = dash ? number(dash, "last client", c1, clients) : c1;
	}
	for (c = c1; c <= c2; c++) {
		for (s = s1; s <= s2; s++)
			a->link[a->links++] = world_link(w, c, s);
	}
}

static bool do_touch(struct world *w, const struct args *a)
{
	touch(a->word[0]);
	return true;
}

static const char *awaited;

static bool appeared(struct world *w)
{
	return file_exists(awaited);
}

static bool do_wait(struct world *w, const struct args *a)
{
	awaited = a->word[0];
	return world_run(w, 600000, appeared);
}

static bool do_sleep(struct world *w, const struct args *a)
{
	return world_run(w, a->n[0], NULL);
}

const struct step shell_steps[] = {
	{ "touch", false, "FILE: create it", do_touch },
	{ "wait", false, "FILE: until it exists", do_wait },
	{ "sleep", false, "MS: go on for so long", do_sleep },
	{ NULL, false, NULL, NULL },
};

static void list_steps(void)
{
	const struct step *s;
	size_t i;

	fprintf(stderr, "Steps (!STEP must fail, -STEP may):\n");
	for (i = 0; step_tables[i]; i++) {
		for (s = step_tables[i]; s->name; s++)
			fprintf(stderr, "  %-16s %s%s\n", s->name, s->takes_links ? "LINKS " : "",
				s->what);
	}
}

static const struct step *find_step(const char *name)
{
	const struct step *s;
	size_t i;

	for (i = 0; step_tables[i]; i++) {
		for (s = step_tables[i]; s->name; s++) {
			if (!strcmp(s->name, name))
				return s;
		}
	}
	list_steps();
	usage_error("no step is called '%s'", name);
}

static bool run_step(struct world *w, const char *line)
{
	static struct args a;
	char text[512], *word;
	const struct step *s;
	size_t i;

	memset(&a, 0, sizeof(a));
	snprintf(text, sizeof(text), "%s", line);
	word = strtok(text, " ");
	s = find_step(word ? word : "");
	for (i = 0; i < WORDS; i++) {
		word = strtok(NULL, " ");
		a.word[i] = word ? word : "";
		a.n[i] = strtol(a.word[i], NULL, 0);
	}
	if (s->takes_links)
		choose(w, a.word[0], &a);
	return s->run(w, &a);
}

static bool play_step(struct world *w, const char *line)
{
	if (*line == '!')
		return !run_step(w, line + 1);
	if (*line != '-')
		return run_step(w, line);
	run_step(w, line + 1);
	return true;
}

bool play_steps(struct world *w, char **steps)
{
	for (; *steps; steps++) {
		if (!play_step(w, *steps)) {
			printf("FAILED: %s\n", *steps);
			return false;
		}
	}
	puts("done");
	return true;
}
