/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: what its files share. */
#ifndef VPNPASS_TOOL_H
#define VPNPASS_TOOL_H

#include <stdbool.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exit codes, part of the interface. */
enum vp_exit {
	VP_OK,
	VP_FAILED,
	VP_USAGE,
	VP_ABSENT,	/* module absent, or its ABI is not ours */
	VP_PERM,
};

/**
 * struct options - what stands on the command line besides the command's words
 * @json: JSON instead of tables
 * @rule: "enable --rule": mode rule instead of on
 * @lan: "block --lan": narrowed to this interface, NULL for everything
 * @dry_run: "block --dry-run": only print the rules
 * @watch: "tunnels --watch": again and again
 * @seconds: how often, NULL if not said
 * @persist: change the configuration file too
 * @config: "show --config"
 * @config_file: that file instead of the usual one, NULL if not said
 * @given: which options there were, for main.c
 * @client: "doctor --client": address, NULL if not said
 * @server: "doctor --server": likewise
 * @netns: network namespace to look at, NULL for our own
 */
struct options {
	bool json;
	bool rule;
	const char *lan;
	bool dry_run;
	bool watch;
	const char *seconds;
	bool persist;
	bool config;
	const char *config_file;
	unsigned int given;
	const char *client;
	const char *server;
	const char *netns;
};

/* Commands: @argc and @argv are the words behind the command. They give an exit code. */
int cmd_status(const struct options *opt, int argc, char **argv);
int cmd_enable(const struct options *opt, int argc, char **argv);
int cmd_disable(const struct options *opt, int argc, char **argv);
int cmd_block(const struct options *opt, int argc, char **argv);
int cmd_tunnels(const struct options *opt, int argc, char **argv);
int cmd_apply(const struct options *opt, int argc, char **argv);
int cmd_show(const struct options *opt, int argc, char **argv);
int cmd_save(const struct options *opt, int argc, char **argv);
int cmd_load(const struct options *opt, int argc, char **argv);
int cmd_completion(const struct options *opt, int argc, char **argv);
int cmd_doctor(const struct options *opt, int argc, char **argv);
int cmd_events(const struct options *opt, int argc, char **argv);

#endif /* VPNPASS_TOOL_H */
