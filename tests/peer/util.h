/* SPDX-License-Identifier: GPL-2.0 */
/* Small things that every mode of the test peers needs. */
#ifndef PEER_UTIL_H
#define PEER_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline u16 get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

static inline void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static inline void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* An address with its length, as the socket calls want it. */
struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);
/* As die(), with the text of errno. */
void __attribute__((noreturn, format(printf, 1, 2))) die_errno(const char *fmt, ...);
void __attribute__((noreturn, format(printf, 1, 2))) usage_error(const char *fmt, ...);

u64 now_us(void);
u64 now_ms(void);
/* Decimal, 0x hex or die: @what names the number in the error. */
long number(const char *text, const char *what, long min, long max);
/* Parse a literal address; @port in host order. */
struct addr address(const char *text, u16 port);
u8 *addr_bytes(struct addr *a, size_t *len);
bool addr_same_host(const struct addr *a, const struct addr *b);
const char *addr_text(const struct addr *a);
/* Enter the network namespace that "ip netns" calls @name; "" or NULL stays. */
void netns_enter(const char *name);
void set_nonblock(int fd);
/* As many open files as the kernel grants, at least @want. */
void raise_file_limit(unsigned long want);
/* Internet checksum, @sum carries what was added before. */
u32 csum_add(u32 sum, const void *data, size_t len);
u16 csum_fold(u32 sum);
bool file_exists(const char *path);

/* What a raw socket got before it was bound, and so may be anybody's, is forgotten. */
void socket_drain(int fd);

void touch(const char *path);

struct mode {
	const char *name, *what;
	int (*main)(int argc, char **argv);
};

/* Run the mode that the first word names; "help", or none, lists them. */
int run_mode(const char *program, const struct mode *mode, size_t modes, int argc, char **argv);

/* Modes, one per file. */
int server_main(int argc, char **argv);
int client_main(int argc, char **argv);
int wire_main(int argc, char **argv);
int sniff_main(int argc, char **argv);
int icmp_main(int argc, char **argv);
int gre_main(int argc, char **argv);

#endif
