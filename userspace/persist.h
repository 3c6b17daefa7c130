/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: read the configuration file, change it safely. */
#ifndef VPNPASS_PERSIST_H
#define VPNPASS_PERSIST_H

#include <limits.h>
#include "config.h"
#include "vpnpass.h"

#define PERSIST_FILE	"/etc/vpnpass.conf"

/**
 * struct persist - a configuration file that is about to be changed
 * @config: what is in it
 * @name: as the user calls it, NULL if there is nothing to be changed
 * @path: where it is when symbolic links are followed
 * @temp: file in the same folder that will take its place; who holds its lock may change both
 * @fd: @temp, locked
 * @exists: there is such a file already
 * @changed: something was set to what it was not
 */
struct persist {
	struct config config;
	const char *name;
	char path[PATH_MAX];
	char temp[PATH_MAX];
	int fd;
	bool exists;
	bool changed;
};

int persist_read(const char *name, struct config *c);

int persist_open(struct persist *p, const struct options *opt);
int persist_set(struct persist *p, unsigned int key, unsigned int value, const char *lan);
int persist_save(struct persist *p);
void persist_close(struct persist *p);

#endif /* VPNPASS_PERSIST_H */
