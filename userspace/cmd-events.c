// SPDX-License-Identifier: GPL-2.0
/* vpnpass events: a line for each event, as it happens. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "out.h"
#include "rec.h"
#include "signals.h"
#include "vpnpass.h"

#define STAMP_SIZE	32

/**
 * struct watch - where events come from and how they are shown
 * @g: subscribed socket
 * @json: as JSON
 */
struct watch {
	struct genl g;
	bool json;
};

static const char *event_name(uint8_t cmd)
{
	switch (cmd) {
	case VPNPASS_CMD_TUNNEL_UP:
		return "tunnel-up";
	case VPNPASS_CMD_TUNNEL_DOWN:
		return "tunnel-down";
	case VPNPASS_CMD_REFUSED:
		return "refused";
	}
	return NULL;	/* newer than this tool */
}

static const char *stamp(char buf[STAMP_SIZE])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(buf, STAMP_SIZE, "%FT%T", &tm);
	snprintf(buf + len, STAMP_SIZE - len, ".%03uZ", (unsigned int)(now.tv_nsec / 1000000) % 1000);
	return buf;
}

static int print_json(const char *event, const struct rec *rec)
{
	json_t *root = out_json_new();
	char when[STAMP_SIZE];

	json_object_set_new(root, "time", json_string(stamp(when)));
	json_object_set_new(root, "event", json_string(event));
	if (rec)
		rec_json(rec, root);
	return out_json(root, true);
}

static void print_figures(const struct rec *rec)
{
	char age[OUT_NUMBER], tp[OUT_NUMBER], tb[OUT_NUMBER], rp[OUT_NUMBER], rb[OUT_NUMBER];

	printf(" after %s tx %s/%s rx %s/%s",
	       out_span(rec_num(rec, VPNPASS_A_AGE), age),
	       out_human(rec_num(rec, VPNPASS_A_TX_PACKETS), tp),
	       out_human(rec_num(rec, VPNPASS_A_TX_BYTES), tb),
	       out_human(rec_num(rec, VPNPASS_A_RX_PACKETS), rp),
	       out_human(rec_num(rec, VPNPASS_A_RX_BYTES), rb));
}

static int print_line(const char *event, const struct rec *rec)
{
	char when[STAMP_SIZE], proto[REC_BUF], client[REC_BUF], server[REC_BUF], ids[REC_BUF];

	printf("%s %s", stamp(when), event);
	if (rec)
		printf(" %s client %s server %s", rec_name(rec, VPNPASS_A_PROTO, proto),
		       rec_addr(rec, VPNPASS_A_CLIENT, client),
		       rec_addr(rec, VPNPASS_A_SERVER, server));
	if (rec && rec->cmd == VPNPASS_CMD_REFUSED)
		printf(" why %s", rec_text(rec, VPNPASS_A_NAME));
	else if (rec)
		printf(" ids %s", rec_ids(rec, ids));
	if (rec && rec->cmd == VPNPASS_CMD_TUNNEL_DOWN)
		print_figures(rec);
	putchar('\n');
	fflush(stdout);
	return VP_OK;
}

static int print_event(const struct watch *w, const char *event, const struct rec *rec)
{
	int rc = w->json ? print_json(event, rec) : print_line(event, rec);

	return rc || ferror(stdout) ? -EPIPE : 0;
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	struct watch *w = ctx;
	struct rec rec;
	int err;

	if (nlh->nlmsg_type != w->g.family) {
		err = genl_gone(&w->g, nlh);
		return err > 0 ? -ENOENT : err;
	}
	err = rec_parse(&rec, nlh);
	if (err)
		return err;
	if (event_name(rec.cmd))
		err = print_event(w, event_name(rec.cmd), &rec);
	rec_free(&rec);
	return err;
}

static int watch(struct watch *w, const sigset_t *waiting)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(w->g.sock), .events = POLLIN };
	int err = 0;

	while (!signals_stopped() && !err) {
		if (ppoll(&pfd, 1, NULL, waiting) < 0) {
			err = errno == EINTR ? 0 : -errno;
			continue;
		}
		err = genl_receive(&w->g, on_message, w);
		if (err == -ENOBUFS)
			err = print_event(w, "lost", NULL);
	}
	return err;
}

int cmd_events(const struct options *opt, int argc, char **argv)
{
	struct watch w = { .json = opt->json };
	sigset_t waiting;
	int rc, err;

	(void)argc, (void)argv;
	rc = genl_open_or_fail(&w.g);
	if (!rc) {
		signals_catch(&waiting);
		err = genl_subscribe(&w.g);
		if (!err) {
			out_note("listening for events");
			err = watch(&w, &waiting);
		}
		if (err == -ENOENT)
			rc = out_fail(VP_ABSENT, "the module was unloaded: no more events");
		else if (err)
			rc = genl_fail(&w.g, err, "cannot listen for events");
	}
	genl_close(&w.g);
	return rc;
}
