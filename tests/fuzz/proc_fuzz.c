// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what the tool reads of the kernel's text files: routes, modules, lists of
 * modules, numbers. Any bytes. No more is found than there are lines, names
 * end and hold no spaces, and a route that is chosen fits and none fits better.
 *
 * Input: the text of any such file.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char *text;
static size_t text_len;

static FILE *fake_open(const char *path);

#define fopen(path, how)	fake_open(path)
#include "../../userspace/kmod.c"
#include "../../userspace/sysfs.c"
#undef fopen

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static FILE *fake_open(const char *path)
{
	must(*path == '/', "files have a full path");
	return text_len ? fmemopen((void *)text, text_len, "r") : NULL;
}

int out_fail(int rc, const char *fmt, ...)
{
	(void)fmt;
	return rc;
}

void out_note(const char *fmt, ...)
{
	(void)fmt;
}

/* A line that is longer than what reads it counts as several. */
static size_t lines(size_t longest)
{
	size_t i, n = 0, len = 0;

	for (i = 0; i < text_len; i++) {
		n += !len;
		len = text[i] == '\n' || len + 2 >= longest ? 0 : len + 1;
	}
	return n;
}

static void word(const char *name, size_t size)
{
	must(*name && strnlen(name, size) < size, "names are there and end");
	for (; *name; name++)
		must(*name != ' ' && *name != '\n' && *name != '\t', "names hold no spaces");
}

static bool fits(const struct route *r, uint32_t addr)
{
	return (addr & r->mask) == r->dest;
}

static void routes(void)
{
	static struct route v[ROUTES_MAX];
	unsigned int n = routes_read(v), i, k;
	uint32_t addrs[] = { 0, htonl(0xcb00710a), n ? v[0].dest : 1 };
	const struct route *best;

	must(n <= ROUTES_MAX && n <= lines(256), "one route a line");
	for (i = 0; i < n; i++)
		word(v[i].dev, IFNAMSIZ);
	for (k = 0; k < ARRAY_SIZE(addrs); k++) {
		best = routes_find(v, n, addrs[k]);
		must(!best || fits(best, addrs[k]), "the route fits");
		for (i = 0; i < n; i++)
			must(!fits(&v[i], addrs[k]) ||
			     (best && ntohl(best->mask) >= ntohl(v[i].mask)), "none fits better");
	}
}

static void other_files(void)
{
	char path[600] = "", dev[IFNAMSIZ];
	struct kmod mod;

	kmod_get("nf_nat_pptp", &mod);
	must(mod.loaded || (!mod.refs && !*mod.users), "nothing is said of what is not loaded");
	must(strnlen(mod.users, sizeof(mod.users)) < sizeof(mod.users), "users end");
	must(!*mod.users || mod.users[strlen(mod.users) - 1] != ',', "the last comma is gone");
	if (kmod_find("6.1", "nf_vpnpass", path, sizeof(path)))
		must(strstr(path, "/lib/modules/6.1/") == path && strstr(path, "nf_vpnpass.ko"),
		     "a module is in its kernel's folder");
	if (route6_out(dev))
		word(dev, IFNAMSIZ);
	else
		must(!*dev, "no way out has no name");
	sysfs_number("/sys/%s", "x");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	text = data;
	text_len = size;
	routes();
	other_files();
	return 0;
}
