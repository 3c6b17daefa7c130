// SPDX-License-Identifier: GPL-2.0
/* vpnpass: legacy VPN passthrough, the tool. Here: command line, help, version. */
#include <getopt.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <stdio.h>
#include <string.h>
#include "netns.h"
#include "out.h"
#include "vpnpass.h"

#ifndef VPNPASS_VERSION
#error "the Makefile says which version this is"
#endif

static int cmd_help(const struct options *opt, int argc, char **argv);
static int cmd_version(const struct options *opt, int argc, char **argv);

/**
 * struct command - a command
 * @name: word on the command line
 * @args: its arguments, for people
 * @help: what it does
 * @words: it takes words behind it
 * @rule: it takes --rule
 * @watch: it takes --watch, and then a word
 * @local: needs no look at the network namespace
 * @run: does it
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	bool words;
	bool rule;
	bool watch;
	bool local;
	int (*run)(const struct options *opt, int argc, char **argv);
};

static const struct command commands[] = {
	{ "status", "", "modes, load, counters, problems (the default)",
	  .run = cmd_status },
	{ "enable", "PROTO...|all [--rule]", "help a protocol, loading its module",
	  .words = true, .rule = true, .run = cmd_enable },
	{ "disable", "PROTO...|all", "plain NAT for a protocol",
	  .words = true, .run = cmd_disable },
	{ "tunnels", "[--watch [SECONDS]]", "one row per tunnel, or a table that goes on",
	  .watch = true, .run = cmd_tunnels },
	{ "events", "", "a line per event, until interrupted", .run = cmd_events },
	{ "help", "", "this text", .local = true, .run = cmd_help },
	{ "version", "", "version of the tool and of its ABI", .local = true,
	  .run = cmd_version },
};

static const char usage[] =
	"usage: vpnpass [-j] [-n NETNS] [COMMAND]\n\n";

static const char epilogue[] =
	"\n"
	"Protocols: pptp, l2tp, ipsec.\n\n"
	"  -j, --json           JSON instead of tables\n"
	"  -n, --netns NETNS    look at another network namespace: a name in /run/netns,\n"
	"                       a path or a process number\n"
	"      --rule           with enable: help only what a \"ct helper\" rule picks\n"
	"      --watch          with tunnels: again every 2 or SECONDS seconds\n"
	"  -h, --help           this text\n"
	"  -V, --version        version of the tool and of its ABI\n\n"
	"Exit codes: 0 ok, 1 failed, 2 usage, 3 module absent or of another ABI,\n"
	"4 permission. More in vpnpass(8).\n";

static int cmd_help(const struct options *opt, int argc, char **argv)
{
	unsigned int i;

	(void)opt, (void)argc, (void)argv;
	fputs(usage, stdout);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s%-23s%s\n", commands[i].name, commands[i].args, commands[i].help);
	fputs(epilogue, stdout);
	return VP_OK;
}

static int cmd_version(const struct options *opt, int argc, char **argv)
{
	json_t *root;

	(void)argc, (void)argv;
	if (!opt->json) {
		printf("vpnpass %s, ABI version %d\n", VPNPASS_VERSION, VPNPASS_FAMILY_VERSION);
		return VP_OK;
	}
	root = out_json_new();
	json_object_set_new(root, "tool", json_string(VPNPASS_VERSION));
	json_object_set_new(root, "abi", json_integer(VPNPASS_FAMILY_VERSION));
	return out_json(root, false);
}

static const struct command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Numbers of the options that getopt has no letter for. */
enum { OPT_RULE = 256, OPT_WATCH };

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "netns", required_argument, NULL, 'n' },
	{ "rule", no_argument, NULL, OPT_RULE },
	{ "watch", optional_argument, NULL, OPT_WATCH },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int fail_option(int c, char **argv)
{
	/* for a letter within "-xj" getopt has not gone to the next word yet */
	const char *word = argv[optind - (optind > 1)];

	if (c == ':')
		return out_fail(VP_USAGE, "the option '%s' needs a value", argv[optind - 1]);
	if (optopt && optopt < OPT_RULE && strncmp(word, "--", 2))
		return out_fail(VP_USAGE, "there is no option '-%c'; choose from -j, -n NETNS, "
				"--rule, --watch, -h, -V", optopt);
	return out_fail(VP_USAGE, "the option '%s' is unknown, ambiguous or takes no value; choose "
			"from --json, --netns NETNS, --rule, --watch, --help, --version", word);
}

/* Read the options, wherever they stand; @asked becomes "help" or "version" for theirs. */
static int parse_options(struct options *opt, int argc, char **argv, const char **asked)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jn:hV", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			opt->json = true;
			break;
		case 'n':
			opt->netns = optarg;
			break;
		case OPT_RULE:
			opt->rule = true;
			break;
		case OPT_WATCH:
			opt->watch = true;
			opt->seconds = optarg;
			break;
		case 'h':
			*asked = "help";
			break;
		case 'V':
			*asked = "version";
			break;
		default:
			return fail_option(c, argv);
		}
	}
	return VP_OK;
}

static int check_words(const struct command *cmd, const struct options *opt, int argc,
		       char **argv)
{
	if (opt->rule && !cmd->rule)
		return out_fail(VP_USAGE, "'%s' takes no --rule; only enable does", cmd->name);
	if (opt->watch && !cmd->watch)
		return out_fail(VP_USAGE, "'%s' takes no --watch; only tunnels does", cmd->name);
	if (opt->watch && argc > !opt->seconds)
		return out_fail(VP_USAGE, "'%s --watch' takes one number of seconds, but there is "
				"'%s' too", cmd->name, argv[argc - 1]);
	if (argc && !cmd->words && !opt->watch)
		return out_fail(VP_USAGE, "'%s' takes no words behind it, but there is '%s'",
				cmd->name, argv[0]);
	return VP_OK;
}

static int run(const struct command *cmd, const struct options *opt, int argc, char **argv)
{
	int rc = VP_OK;

	if (opt->netns && !cmd->local)
		rc = netns_enter(opt->netns);
	return rc ? rc : cmd->run(opt, argc, argv);
}

int main(int argc, char **argv)
{
	struct options opt = { .json = false };
	const struct command *cmd;
	const char *name = NULL;
	int rc;

	rc = parse_options(&opt, argc, argv, &name);
	out_init(!opt.json);
	if (rc)
		return rc;
	argc -= optind;
	argv += optind;
	if (name)
		argc = 0;
	else
		name = argc ? argv[0] : "status";
	cmd = find_command(name);
	if (!cmd)
		return out_fail(VP_USAGE, "there is no command '%s'; choose from status, enable, "
				"disable, tunnels, events, help, version", name);
	if (argc) {
		argc--;
		argv++;
	}
	rc = check_words(cmd, &opt, argc, argv);
	return out_finish(rc ? rc : run(cmd, &opt, argc, argv));
}
