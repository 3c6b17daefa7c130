// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: tunnels --watch, the table of tunnels drawn again and again. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "signals.h"
#include "tunnels.h"

/* Cursor hidden and no line breaks at the edge, and back. */
#define TERM_ENTER	"\033[?25l\033[?7l\033[H\033[2J"
#define TERM_HOME	"\033[H\033[J"
#define TERM_LEAVE	"\033[?7h\033[?25h"

#define NPROTOS		(VPNPASS_PROTO_IPSEC + 1)

/**
 * struct shot - the tunnels at one time
 * @tunnels: sorted
 * @at: when, milliseconds of a clock that nobody sets
 */
struct shot {
	struct recs tunnels;
	uint64_t at;
};

/**
 * struct watch - a table that goes on
 * @g: socket
 * @opt: options of the command line
 * @terminal: drawn in place
 * @loaded: the module answers
 * @said: that it does not has been said
 * @drawn: something has been shown already
 * @was: the tunnels as they were
 * @now: and as they are
 * @rates: what each of @now carries
 */
struct watch {
	struct genl *g;
	const struct options *opt;
	bool terminal;
	bool loaded;
	bool said;
	bool drawn;
	struct shot was;
	struct shot now;
	struct rates *rates;
};

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* How much @attr has grown a second; false if it can't be told. */
static bool rate(const struct rec *was, const struct rec *now, unsigned int attr, uint64_t ms,
		 uint64_t *value)
{
	uint64_t a = rec_num(was, attr), b = rec_num(now, attr);

	*value = b - a > UINT64_MAX / 1000 ? (b - a) / ms * 1000 : (b - a) * 1000 / ms;
	return rec_has(was, attr) && rec_has(now, attr) && b >= a;
}

static void compare_one(struct rates *r, const struct rec *was, const struct rec *now,
			uint64_t ms)
{
	r->known = ms && rate(was, now, VPNPASS_A_TX_PACKETS, ms, &r->tx_packets) &&
		   rate(was, now, VPNPASS_A_TX_BYTES, ms, &r->tx_bytes) &&
		   rate(was, now, VPNPASS_A_RX_PACKETS, ms, &r->rx_packets) &&
		   rate(was, now, VPNPASS_A_RX_BYTES, ms, &r->rx_bytes);
}

/* Both are sorted: walk along them side by side. */
static void compare_all(struct watch *w)
{
	const struct recs *was = &w->was.tunnels, *now = &w->now.tunnels;
	uint64_t ms = w->now.at - w->was.at;
	size_t i = 0, j;
	int diff;

	free(w->rates);
	w->rates = calloc(now->n + 1, sizeof(*w->rates));
	if (!w->rates)
		abort();
	for (j = 0; j < now->n; j++) {
		for (diff = -1; i < was->n && diff < 0; i += diff <= 0) {
			diff = tunnels_compare(&was->v[i], &now->v[j]);
			if (!diff)
				compare_one(&w->rates[j], &was->v[i], &now->v[j], ms);
		}
	}
}

/* Take a look. -ENOENT: the module is not there, which is no failure. */
static int look(struct watch *w)
{
	struct recs tunnels = { NULL, 0 };
	int err = w->loaded ? recs_dump(&tunnels, w->g, VPNPASS_CMD_TUNNEL_GET) : -ENOENT;

	if (err == -ENOENT) {	/* it may have been loaded anew, under another number */
		genl_close(w->g);
		err = genl_open(w->g);
		if (!err)
			err = recs_dump(&tunnels, w->g, VPNPASS_CMD_TUNNEL_GET);
	}
	w->loaded = !err;
	if (err)
		recs_free(&tunnels);
	tunnels_sort(&tunnels);
	recs_free(&w->was.tunnels);
	w->was = w->now;
	w->now = (struct shot){ tunnels, clock_ms() };
	compare_all(w);
	return err == -ENOENT ? 0 : err;
}

static void print_head(const struct watch *w)
{
	const struct recs *tunnels = &w->now.tunnels;
	unsigned int count[NPROTOS] = { 0 }, proto;
	time_t now = time(NULL);
	char when[32];
	size_t i;

	strftime(when, sizeof(when), "%F %T", localtime(&now));
	printf("%s  netns %s  ", when, w->opt->netns ? w->opt->netns : "own");
	if (!w->loaded) {
		printf("the module is not loaded; waiting for it\n");
		return;
	}
	for (i = 0; i < tunnels->n; i++) {
		proto = rec_num(&tunnels->v[i], VPNPASS_A_PROTO);
		if (proto < NPROTOS)
			count[proto]++;
	}
	printf("tunnels %zu", tunnels->n);
	for (proto = 0; proto < NPROTOS; proto++)
		printf("%s %s %u", proto ? "," : ":", rec_attrs[VPNPASS_A_PROTO].names[proto],
		       count[proto]);
	putchar('\n');
}

static void draw_text(struct watch *w)
{
	struct winsize ws = { .ws_row = 0 };
	unsigned int height = 0;

	if (w->said && !w->loaded && !w->terminal)
		return;
	w->said = !w->loaded;
	if (w->terminal) {
		if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row > 2)
			height = ws.ws_row - 2;	/* the head, and where the cursor stands */
		fputs(w->drawn ? TERM_HOME : TERM_ENTER, stdout);
	} else if (w->drawn) {
		putchar('\n');
	}
	print_head(w);
	if (w->loaded)
		tunnels_print(&w->now.tunnels, w->rates, ws.ws_col, height);
}

static int draw_json(struct watch *w)
{
	json_t *root = out_json_new();
	time_t now = time(NULL);
	char when[32];

	strftime(when, sizeof(when), "%FT%TZ", gmtime(&now));
	json_object_set_new(root, "time", json_string(when));
	json_object_set_new(root, "netns",
			    w->opt->netns ? json_string(w->opt->netns) : json_null());
	json_object_set_new(root, "loaded", json_boolean(w->loaded));
	json_object_set_new(root, "tunnels", tunnels_json(&w->now.tunnels, w->rates));
	return out_json(root, true);
}

static int draw(struct watch *w)
{
	int rc = VP_OK;

	if (w->opt->json)
		rc = draw_json(w);
	else
		draw_text(w);
	w->drawn = true;
	fflush(stdout);
	return rc ? rc : ferror(stdout) ? VP_FAILED : VP_OK;
}

/* Wait until @due, drawing anew what is known when the window changes. */
static int pause_until(struct watch *w, uint64_t due, const sigset_t *waiting)
{
	uint64_t now = clock_ms();
	struct timespec ts;
	int rc = VP_OK;

	while (!rc && !signals_stopped() && now < due) {
		ts.tv_sec = (due - now) / 1000;
		ts.tv_nsec = (due - now) % 1000 * 1000000;
		if (ppoll(NULL, 0, &ts, waiting) < 0 && w->terminal && !signals_stopped())
			rc = draw(w);
		now = clock_ms();
	}
	return rc;
}

/**
 * tunnels_watch() - show the tunnels until SIGINT or SIGTERM
 * @g: open socket
 * @opt: options of the command line
 * @ms: how often
 *
 * Return: exit code, said what is wrong.
 */
int tunnels_watch(struct genl *g, const struct options *opt, unsigned int ms)
{
	struct watch w = { .g = g, .opt = opt, .loaded = true };
	sigset_t waiting;
	int rc = VP_OK, err = 0;

	w.terminal = !opt->json && isatty(STDOUT_FILENO);
	signals_catch(&waiting);
	do {
		err = look(&w);
		if (!err)
			rc = draw(&w);
		if (!err && !rc)
			rc = pause_until(&w, w.now.at + ms, &waiting);
	} while (!err && !rc && !signals_stopped());
	if (w.terminal && w.drawn)
		fputs(TERM_LEAVE, stdout);
	if (err)
		rc = genl_fail(g, err, "cannot list the tunnels");
	recs_free(&w.was.tunnels);
	recs_free(&w.now.tunnels);
	free(w.rates);
	return rc;
}
