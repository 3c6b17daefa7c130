/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: the configuration file, vpnpass.conf(5). No files here, only texts. */
#ifndef VPNPASS_CONFIG_H
#define VPNPASS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_KEYS	17
#define CONFIG_SIZE_MAX	65536	/* bytes that a file may have */
#define CONFIG_LAN	16	/* room for the name of an interface, as IFNAMSIZ */

/* Values of the keys that are modes; the first three as the kernel counts them. */
enum config_mode { CONFIG_OFF, CONFIG_ON, CONFIG_RULE, CONFIG_BLOCK };

/* What a key is about: one protocol, as the kernel counts them, or all. */
enum config_proto { CONFIG_PPTP, CONFIG_L2TP, CONFIG_IPSEC, CONFIG_ALL };

/**
 * struct config_key - what a line may set
 * @name: the key, which is also the name of the sysctl below net.netfilter.nf_vpnpass
 * @proto: whose it is
 * @min: smallest value
 * @max: largest value
 */
struct config_key {
	const char *name;
	enum config_proto proto;
	unsigned int min;
	unsigned int max;
};

/* The first three are the modes: config_keys[proto]. */
extern const struct config_key config_keys[CONFIG_KEYS];

static inline bool config_is_mode(unsigned int key)
{
	return key < CONFIG_ALL;
}

struct config_line {
	char *text;
	size_t len;
};

struct config_error {
	unsigned int line;
	char *text;
};

/**
 * struct config - a file as it was read
 * @lines: its lines, each with its newline
 * @nlines: how many
 * @errors: what is wrong, in the order of the lines
 * @nerrors: how many
 * @values: what the keys are set to, and in which line (from 1); 0: they are not set; of
 *	CONFIG_BLOCK also at which interface, "" for everywhere
 */
struct config {
	struct config_line *lines;
	size_t nlines;
	struct config_error *errors;
	size_t nerrors;
	struct config_value {
		unsigned int line;
		unsigned int value;
		char lan[CONFIG_LAN];
	} values[CONFIG_KEYS];
};

/* Room for what config_value_text() writes. */
#define CONFIG_VALUE	32

int config_parse(struct config *c, const char *text, size_t len);
int config_set(struct config *c, unsigned int key, unsigned int value, const char *lan);
char *config_text(const struct config *c, size_t *len);
void config_free(struct config *c);

const char *config_value_text(unsigned int key, unsigned int value, const char *lan,
			      char buf[CONFIG_VALUE]);
bool config_is_lan(const char *name);

#endif /* VPNPASS_CONFIG_H */
