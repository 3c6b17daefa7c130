// SPDX-License-Identifier: GPL-2.0
/* vpnpass: legacy VPN passthrough, the tool. Here: command line, help, version. */
#include <getopt.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <stdio.h>
#include <string.h>
#include "netns.h"
#include "out.h"
#include "persist.h"
#include "vpnpass.h"

#ifndef VPNPASS_VERSION
#error "the Makefile says which version this is"
#endif

static int cmd_help(const struct options *opt, int argc, char **argv);
static int cmd_version(const struct options *opt, int argc, char **argv);

/* Options that only some commands take; getopt has no letter for them. */
enum { OPT_RULE = 256, OPT_WATCH, OPT_PERSIST, OPT_CONFIG, OPT_CONFIG_FILE, OPT_LAN,
       OPT_DRY_RUN, OPT_CLIENT, OPT_SERVER };

/* Bit of such an option. */
#define TAKES(opt)	(1u << ((opt) - OPT_RULE))

#define TAKES_PERSIST	(TAKES(OPT_PERSIST) | TAKES(OPT_CONFIG_FILE))

/**
 * struct command - a command
 * @name: word on the command line
 * @args: its arguments, for people
 * @help: what it does
 * @takes: options for it, see TAKES()
 * @words: it takes words behind it
 * @local: needs no look at the network namespace
 * @run: does it
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	unsigned int takes;
	bool words;
	bool local;
	int (*run)(const struct options *opt, int argc, char **argv);
};

static const struct command commands[] = {
	{ "status", "", "modes, load, counters, problems (the default)",
	  .run = cmd_status },
	{ "enable", "PROTO...|all [--rule]", "help a protocol, loading its module",
	  .words = true, .takes = TAKES(OPT_RULE) | TAKES_PERSIST, .run = cmd_enable },
	{ "disable", "PROTO...|all", "plain NAT for a protocol",
	  .words = true, .takes = TAKES_PERSIST, .run = cmd_disable },
	{ "block", "PROTO...|all", "drop a protocol, running tunnels too", .words = true,
	  .takes = TAKES(OPT_LAN) | TAKES(OPT_DRY_RUN) | TAKES_PERSIST, .run = cmd_block },
	{ "tunnels", "[--watch [SECONDS]]", "one row per tunnel, or a table that goes on",
	  .takes = TAKES(OPT_WATCH), .run = cmd_tunnels },
	{ "doctor", "[PROTO...]", "what stands in the way, and what mends it",
	  .words = true, .takes = TAKES(OPT_CLIENT) | TAKES(OPT_SERVER), .run = cmd_doctor },
	{ "events", "", "a line per event, until interrupted", .run = cmd_events },
	{ "apply", "[FILE]", "do what " PERSIST_FILE " says",
	  .words = true, .run = cmd_apply },
	{ "show", "--config", "what runs here, as such a file",
	  .takes = TAKES(OPT_CONFIG), .run = cmd_show },
	{ "save", "[FILE]", "running tunnels, as JSON for load",
	  .words = true, .run = cmd_save },
	{ "load", "[FILE]", "make known again what save wrote",
	  .words = true, .run = cmd_load },
	{ "completion", "bash", "the script that completes command lines",
	  .words = true, .local = true, .run = cmd_completion },
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
	"      --lan IFACE      with block: only what comes from or goes to IFACE\n"
	"      --dry-run        with block: print its nft rules and do nothing\n"
	"      --watch          with tunnels: again every 2 or SECONDS seconds\n"
	"      --client IP --server IP\n"
	"                       with doctor: look at this connection too\n"
	"      --persist        with enable, disable, block: at boot too, vpnpass.conf(5)\n"
	"      --config-file FILE\n"
	"                       with --persist: in FILE, not in " PERSIST_FILE "\n"
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
		printf("  %-11s%-22s%s\n", commands[i].name, commands[i].args, commands[i].help);
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

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "netns", required_argument, NULL, 'n' },
	{ "rule", no_argument, NULL, OPT_RULE },
	{ "lan", required_argument, NULL, OPT_LAN },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "watch", optional_argument, NULL, OPT_WATCH },
	{ "client", required_argument, NULL, OPT_CLIENT },
	{ "server", required_argument, NULL, OPT_SERVER },
	{ "persist", no_argument, NULL, OPT_PERSIST },
	{ "config", no_argument, NULL, OPT_CONFIG },
	{ "config-file", required_argument, NULL, OPT_CONFIG_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Say what is wrong, and behind it all long options. */
static int fail_long_option(const char *word)
{
	char list[512] = "";
	const struct option *o;
	size_t len = 0;

	for (o = long_options; o->name && len < sizeof(list); o++)
		len += snprintf(list + len, sizeof(list) - len, "%s--%s",
				o == long_options ? "" : ", ", o->name);
	return out_fail(VP_USAGE, "the option '%s' is unknown, ambiguous or takes no value; choose "
			"from %s", word, list);
}

static int fail_option(int c, char **argv)
{
	/* for a letter within "-xj" getopt has not gone to the next word yet */
	const char *word = argv[optind - (optind > 1)];

	if (c == ':')
		return out_fail(VP_USAGE, "the option '%s' needs a value", argv[optind - 1]);
	if (optopt && optopt < OPT_RULE && strncmp(word, "--", 2))
		return out_fail(VP_USAGE, "there is no option '-%c'; choose from -j, -n NETNS, "
				"-h, -V; the others have long names, see: vpnpass help", optopt);
	return fail_long_option(word);
}

/* Read the options, wherever they stand; @asked becomes "help" or "version" for theirs. */
static int parse_options(struct options *opt, int argc, char **argv, const char **asked)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jn:hV", long_options, NULL)) != -1) {
		if (c >= OPT_RULE)
			opt->given |= TAKES(c);
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
		case OPT_LAN:
			opt->lan = optarg;
			break;
		case OPT_DRY_RUN:
			opt->dry_run = true;
			break;
		case OPT_WATCH:
			opt->watch = true;
			opt->seconds = optarg;
			break;
		case OPT_CLIENT:
			opt->client = optarg;
			break;
		case OPT_SERVER:
			opt->server = optarg;
			break;
		case OPT_PERSIST:
			opt->persist = true;
			break;
		case OPT_CONFIG:
			opt->config = true;
			break;
		case OPT_CONFIG_FILE:
			opt->config_file = optarg;
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

/* An option is not for this command: for which then? */
static int check_options(const struct command *cmd, const struct options *opt)
{
	const struct option *o;
	unsigned int i, n = 0;
	char list[256] = "";
	size_t len = 0;

	for (o = long_options; o->name; o++)
		if (o->val >= OPT_RULE && opt->given & ~cmd->takes & TAKES(o->val))
			break;
	if (!o->name)
		return VP_OK;
	for (i = 0; i < ARRAY_SIZE(commands) && len < sizeof(list); i++)
		if (commands[i].takes & TAKES(o->val))
			len += snprintf(list + len, sizeof(list) - len, "%s%s", n++ ? ", " : "",
					commands[i].name);
	return out_fail(VP_USAGE, "'%s' takes no --%s; only %s %s", cmd->name, o->name, list,
			n > 1 ? "do" : "does");
}

static int check_persist(const struct options *opt)
{
	if (opt->config_file && !opt->persist)
		return out_fail(VP_USAGE, "--config-file says where --persist writes to, but there "
				"is no --persist");
	if (opt->persist && opt->netns && !opt->config_file)
		return out_fail(VP_USAGE, "--persist is about " PERSIST_FILE ", which is not for the "
				"network namespace '%s'; name its file with --config-file",
				opt->netns);
	return VP_OK;
}

static int check_words(const struct command *cmd, const struct options *opt, int argc,
		       char **argv)
{
	int rc = check_options(cmd, opt);

	if (rc)
		return rc;
	if (opt->watch && argc > !opt->seconds)
		return out_fail(VP_USAGE, "'%s --watch' takes one number of seconds, but there is "
				"'%s' too", cmd->name, argv[argc - 1]);
	if (argc && !cmd->words && !opt->watch)
		return out_fail(VP_USAGE, "'%s' takes no words behind it, but there is '%s'",
				cmd->name, argv[0]);
	return check_persist(opt);
}

static int run(const struct command *cmd, const struct options *opt, int argc, char **argv)
{
	int rc = VP_OK;

	if (opt->netns && !cmd->local)
		rc = netns_enter(opt->netns);
	return rc ? rc : cmd->run(opt, argc, argv);
}

static int fail_command(const char *name)
{
	char list[256] = "";
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands) && len < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
				commands[i].name);
	return out_fail(VP_USAGE, "there is no command '%s'; choose from %s", name, list);
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
		return fail_command(name);
	if (argc) {
		argc--;
		argv++;
	}
	rc = check_words(cmd, &opt, argc, argv);
	return out_finish(rc ? rc : run(cmd, &opt, argc, argv));
}
