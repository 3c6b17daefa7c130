/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IKE and ESP headers on the wire (RFC 2408, 2409, 7296, 3948, 4303). Only what is in
 * clear text is read: all that says anything of SAs is encrypted.
 *
 * Context: any.
 */
#ifndef NF_NAT_ESP_WIRE_H
#define NF_NAT_ESP_WIRE_H

#include "pure.h"

#define ESP_IKE_HEADER_LEN	28
#define ESP_HEADER_LEN		8	/* SPI and sequence number */
#define ESP_SPI_MIN		256	/* 0 is never sent, 1 to 255 are reserved */

/* The exchanges that are told apart; there are more. */
enum esp_ike_exchange {
	ESP_IKE1_BASE = 1,
	ESP_IKE1_MAIN = 2,
	ESP_IKE1_AGGRESSIVE = 4,
	ESP_IKE1_INFO = 5,
	ESP_IKE1_CONFIG = 6,
	ESP_IKE1_QUICK = 32,
	ESP_IKE1_NEW_GROUP = 33,
	ESP_IKE2_INIT = 34,
	ESP_IKE2_AUTH = 35,
	ESP_IKE2_CHILD = 36,
	ESP_IKE2_INFO = 37,
	ESP_IKE2_RESUME = 38,		/* RFC 5723: in place of IKE_SA_INIT */
	ESP_IKE2_FOLLOWUP_KE = 44,	/* RFC 9370: ends a CREATE_CHILD_SA */
};

/* What an IKEv2 message may begin with. */
#define ESP_IKE2_NOTIFY		41
#define ESP_IKE2_ENCRYPTED	46
#define ESP_IKE2_FRAGMENT	53	/* RFC 7383: of what is encrypted */

/* Flags of IKEv2. */
#define ESP_IKE2_RESPONSE	0x20

/*
 * Every reason not to read a packet: X(constant, name, sentence). The order is not ABI.
 */
#define ESP_WIRE_ERRORS(X) \
	X(IKE_SHORT, "ike-short", \
	  "IKE packets too short for a header, passed unread") \
	X(IKE_VERSION, "ike-version", \
	  "IKE packets of a version other than 1 and 2, passed unread") \
	X(IKE_LENGTH, "ike-length", \
	  "IKE packets whose length field is wrong or that are cut short, passed unread") \
	X(IKE_COOKIE, "ike-cookie", \
	  "IKE packets without the cookies that their exchange needs, passed unread") \
	X(IKE_EXCHANGE, "ike-exchange", \
	  "IKE packets with an exchange type of the other version, passed unread") \
	X(ESP_SHORT, "esp-short", \
	  "ESP packets too short for a header") \
	X(ESP_SPI, "esp-bad-spi", \
	  "ESP packets with SPI 0 or one of the reserved ones, 1 to 255")

/* Why a packet was not read; ESP_WIRE_ERRORS has the text of each. */
enum esp_wire_error {
	ESP_WIRE_OK,
#define ESP_WIRE_ENUM(id, name, doc) ESP_WIRE_##id,
	ESP_WIRE_ERRORS(ESP_WIRE_ENUM)
#undef ESP_WIRE_ENUM
	ESP_WIRE_MAX,
};

/**
 * struct esp_ike - header of an IKE message, host order
 * @cookie: SPI (IKEv1: cookie) of the initiator and of the responder of the IKE SA
 * @msgid: message id
 * @len: length of the message
 * @version: 1 or 2
 * @next: type of the first payload
 * @exchange: enum esp_ike_exchange or another
 * @flags: of the version
 */
struct esp_ike {
	u64 cookie[2];
	u32 msgid;
	u32 len;
	u8 version;
	u8 next;
	u8 exchange;
	u8 flags;
};

/**
 * struct esp_wire - header of an ESP packet, host order
 * @spi: security parameters index, chosen by the receiver
 * @seq: low 32 bits of the sequence number; 1 in the first packet of an SA
 */
struct esp_wire {
	u32 spi;
	u32 seq;
};

/**
 * enum esp_natt - what a packet on port 4500 is (RFC 3948)
 * @ESP_NATT_SHORT: none of these
 * @ESP_NATT_KEEPALIVE: one byte that keeps the mapping
 * @ESP_NATT_IKE: an IKE message behind four zero bytes
 * @ESP_NATT_ESP: an ESP packet
 */
enum esp_natt {
	ESP_NATT_SHORT,
	ESP_NATT_KEEPALIVE,
	ESP_NATT_IKE,
	ESP_NATT_ESP,
};

/**
 * esp_ike_parse() - read an IKE header
 * @p: payload of a UDP packet on port 500, at least ESP_IKE_HEADER_LEN bytes of it if
 *	there are as many
 * @len: length of the whole payload
 * @ike: result; written in case of success only
 *
 * Return: ESP_WIRE_OK or why it is none.
 */
enum esp_wire_error esp_ike_parse(const u8 *p, u32 len, struct esp_ike *ike);

/**
 * esp_ike_accepts() - does it have the IKE SA on which it was sent something?
 * @ike: what it says
 * @new_sa: that was to begin the IKE SA
 *
 * Who doesn't know an IKE SA, or doesn't want one, says so in clear text: a notification, and
 * in IKEv1 an exchange of its own.
 *
 * Return: true if so.
 */
bool esp_ike_accepts(const struct esp_ike *ike, bool new_sa);

/**
 * esp_wire_parse() - read an ESP header
 * @p: what follows the IP header; may be all that an ICMP error quotes
 * @len: how much there is
 * @esp: result; written in case of success only
 *
 * Return: ESP_WIRE_OK or why it is none.
 */
enum esp_wire_error esp_wire_parse(const u8 *p, u32 len, struct esp_wire *esp);

/**
 * esp_natt_kind() - tell apart what shares port 4500
 * @p: payload of the UDP packet, at least 4 bytes of it if there are as many
 * @len: length of the whole payload
 *
 * Return: what it is.
 */
enum esp_natt esp_natt_kind(const u8 *p, u32 len);

/**
 * struct esp_wire_info - how a reason is shown
 * @name: lower case with dashes
 * @doc: one sentence, without full stop
 */
struct esp_wire_info {
	const char *name;
	const char *doc;
};

/* Indexed by enum esp_wire_error; the first entry is empty. */
extern const struct esp_wire_info esp_wire_info[ESP_WIRE_MAX];

#endif
