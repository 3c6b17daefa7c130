#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A SIP call as telephones make it, with sound (RTP) both ways. The called one speaks at once.
usage: sip.py server OWN | sip.py client OWN SERVER     the client's status 0: both were heard
"""
import os
import re
import socket
import sys
import threading
import time

SIP = 5060
COUNT, ENOUGH = 20, 15


def bound(address, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    return sock


def sound_port(number):
    """Each call has another one, which is even"""
    return 16384 + 2 * (number % 5000)


def message(first, own, headers, port=0):
    """With a description of the sound, if there is a port for it"""
    body = ""
    if port:
        body = (f"v=0\r\no=- 1 1 IN IP4 {own}\r\ns=call\r\nc=IN IP4 {own}\r\nt=0 0\r\n"
                f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")
        headers = headers + ["Content-Type: application/sdp"]
    headers = headers + [f"Content-Length: {len(body)}"]
    return ("\r\n".join([first] + headers) + "\r\n\r\n" + body).encode()


def sound_of(text):
    """Where the other one wants to hear"""
    return (re.search(r"c=IN IP4 (\S+)", text).group(1),
            int(re.search(r"m=audio (\d+)", text).group(1)))


def speak(sock, where):
    for number in range(COUNT):
        try:
            sock.sendto(b"\x80\x00" + number.to_bytes(2, "big") + bytes(160), where)
        except OSError as error:  # an address that only a NAT's inside knows
            print("cannot speak to", where, error)
        time.sleep(0.05)


class Ear(threading.Thread):
    """Counts what is heard"""

    def __init__(self, sock):
        super().__init__(daemon=True)
        self.sock, self.heard = sock, 0
        self.start()

    def run(self):
        while True:
            self.sock.recv(2000)
            self.heard += 1


def answer_headers(text):
    kept = ("via:", "from:", "to:", "call-id:", "cseq:")
    return [line for line in text.split("\r\n") if line.lower().startswith(kept)]


def server(own):
    sip, ears = bound(own, SIP), {}
    while True:
        data, peer = sip.recvfrom(4000)
        text = data.decode()
        headers = answer_headers(text) + [f"Contact: <sip:s@{own}:{SIP}>"]
        call = re.search(r"Call-ID: (\S+)", text).group(1)
        if text.startswith("INVITE"):
            if call not in ears:
                ears[call] = Ear(bound(own, sound_port(len(ears))))
                threading.Thread(target=speak, args=(ears[call].sock, sound_of(text)),
                                 daemon=True).start()
            port = ears[call].sock.getsockname()[1]
            sip.sendto(message("SIP/2.0 200 OK", own, headers, port), peer)
        elif text.startswith("BYE"):
            headers.append(f"X-Heard: {ears[call].heard}")
            sip.sendto(message("SIP/2.0 200 OK", own, headers), peer)


def ask(sip, peer, own, words, number, port=0):
    """A request, repeated till it is answered; the answer"""
    method, call = words
    headers = [f"Via: SIP/2.0/UDP {own}:{SIP};branch=z9hG4bK{call}{number}", "Max-Forwards: 70",
               f"From: <sip:c@{own}>;tag={call}", f"To: <sip:s@{peer}>", f"Call-ID: {call}@{own}",
               f"CSeq: {number} {method}", f"Contact: <sip:c@{own}:{SIP}>"]
    data = message(f"{method} sip:s@{peer} SIP/2.0", own, headers, port)
    for _ in range(10):
        sip.sendto(data, (peer, SIP))
        if method == "ACK":
            return ""
        try:
            text = sip.recv(4000).decode()
            if f"CSeq: {number} {method}" in text:
                return text
        except socket.timeout:
            pass
    sys.exit(f"no answer to {method}")


def client(own, peer):
    port = sound_port(os.getpid())
    sip, sound = bound(own, SIP), bound(own, port)
    sip.settimeout(1)
    ear, call = Ear(sound), f"{time.time_ns():x}"
    where = sound_of(ask(sip, peer, own, ("INVITE", call), 1, port))
    ask(sip, peer, own, ("ACK", call), 1)
    speak(sound, where)
    time.sleep(1)
    told = int(re.search(r"X-Heard: (\d+)", ask(sip, peer, own, ("BYE", call), 2)).group(1))
    print(f"of {COUNT} packets the client heard {ear.heard}, the server {told}")
    sys.exit(0 if min(ear.heard, told) >= ENOUGH else 1)


if sys.argv[1] == "server":
    server(sys.argv[2])
else:
    client(sys.argv[2], sys.argv[3])
