#!/usr/bin/env python3
"""Writes plain statements and answers, made from the cue tables: every phrase in frames of plain speech with usual values;
and lines that programs write, which hold numbers and names and no secret.

usage: plain.py >plain.jsonl
"""

import glob, itertools, json, os, random, re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KIND = {
    "Card": "card",
    "SecurityCode": "security_code",
    "SocialSecurity": "ssn",
    "OneTimePasscode": "otp",
    "Password": "password",
    "Pin": "pin",
    "Account": "account",
}
HARMLESS = {"Partial", "Zip", "Phone", "Reference", "Device", "Place", "Amount", "Time"}
FRAMES = {
    "en": ["my {p} is {v}", "{p}: {v}", "{v} is my {p}", "the {p} is {v}, thanks", "hi, {p} {v}"],
    "es": ["mi {p} es {v}", "{p}: {v}", "{v} es mi {p}", "el {p} es {v}, gracias", "hola, {p} {v}"],
    "pt": ["meu {p} é {v}", "{p}: {v}", "{v} é o meu {p}", "o {p} é {v}, obrigado", "oi, {p} {v}"],
}
ANSWER = {
    "en": ["{}", "it's {}", "{} thanks", "ok {}"],
    "es": ["{}", "es {}", "{} gracias", "ok {}"],
    "pt": ["{}", "é {}", "{} obrigada", "ok {}"],
}
ASK = {
    "en": ["What is your {p}?", "Can I have the {p}, please?", "{p}?"],
    "es": ["¿Cuál es su {p}?", "¿Me da su {p}, por favor?", "¿{p}?"],
    "pt": ["Qual é o seu {p}?", "Pode me informar o {p}, por favor?", "{p}?"],
}
LINES = 8000
random.seed(1)


def number(n):
    return "".join(random.choice("0123456789") for _ in range(n))


def value(topic):
    if topic == "Password":
        return random.choice(
            ["Sommer{0}", "{1}monkey", "blue{0}!", "harbor", "luna{0}", "Fk{0}xq", "dragonfly", "mariposa{1}"]
        ).format(number(4), number(2))
    if topic in ("Card",):
        return None
    n = {
        "SecurityCode": (3, 4),
        "SocialSecurity": (9,),
        "OneTimePasscode": (6, 6, 4, 5, 8),
        "Pin": (4, 4, 4, 5, 6),
        "Account": (8, 9, 10, 12),
        "Partial": (4,),
        "Zip": (5,),
        "Phone": (10, 7),
        "Reference": (5, 6, 8, 10),
        "Device": (6, 8, 10, 4),
        "Place": (3, 4, 2),
        "Amount": (3, 4),
        "Time": (4,),
    }[topic]
    return number(random.choice(n))


def hexadecimal(n):
    return "".join(random.choice("0123456789abcdef") for _ in range(n))


def thing():
    """What stands in a line of a log: a stamp, a size, an address, an id, a name."""
    r = random.randrange
    return random.choice(
        [
            lambda: f"2026-{r(1, 13):02}-{r(1, 29):02}T{r(24):02}:{r(60):02}:{r(60):02}Z",
            lambda: f"[{r(1, 29):02}/Oct/2026:{r(24):02}:{r(60):02}:{r(60):02} +0000]",
            lambda: f"17{number(8)}",
            lambda: f"17{number(11)}",
            lambda: f"17{number(8)}.{number(6)}",
            lambda: f"{r(256)}.{r(256)}.{r(256)}.{r(256)}",
            lambda: f"{r(256)}.{r(256)}.{r(256)}.{r(256)}:{number(5)}",
            lambda: number(random.choice([3, 4, 5, 6, 7, 8, 9, 10])),
            lambda: hexadecimal(random.choice([6, 7, 8, 9, 12, 16, 32])),
            lambda: f"[{number(5)}]",
            lambda: random.choice(["uid", "pid", "size", "bytes", "took_ms", "port", "seq", "conn", "ttl", "row"])
            + random.choice(["=", ": ", " "])
            + number(random.choice([2, 3, 4, 5, 6, 8])),
            lambda: f"/{random.choice(['api', 'img', 'static', 'v1', 'users'])}/{hexadecimal(8)}",
            lambda: f"user{number(random.choice([2, 4, 5]))}",
            lambda: random.choice(["blk_", "job-", "req-", "node", "worker-", "tx-", "session-"]) + hexadecimal(9),
        ]
    )()


def said(value):
    """A value as a program or a person in front of one gives it."""
    return random.choice(
        [
            lambda: value,
            lambda: f"({value})",
            lambda: f'"{value}"',
            lambda: f"{random.choice(['id', 'trace', 'span', 'etag', 'ref', 'build', 'v', 'k'])}{random.choice(['=', ': ', ' '])}{value}",
            lambda: f"{random.choice(['got', 'saw', 'the log says', 'sale', 'aparece', 'deu', 'returns'])} {value}",
            lambda: f"{value} {random.choice(['in the log', 'again', 'otra vez', 'de novo', 'on the console', 'and it stops'])}",
        ]
    )()


def request():
    r = random.randrange
    path = random.choice(["/items/", "/v2/orders/", "/", "/img/"]) + random.choice([number(8), hexadecimal(8), number(3)])
    verb = random.choice(["GET", "POST", "PUT", "HEAD"])
    return f'"{verb} {path} HTTP/1.1" {random.choice([200, 204, 302, 404, 500])} {r(10 ** random.choice([2, 3, 4, 5, 6]))}'


def line():
    if random.random() < 0.2:
        return said(hexadecimal(random.choice([8, 8, 12, 16, 20, 24, 32, 40])))
    if random.random() < 0.15:
        return f"{thing()} {random.choice(['-', '- -', 'INFO'])} {thing()} {request()}"
    words = "GET POST 200 404 INFO WARN ERROR kernel: sshd nginx worker started closed accepted timeout from to in for cache miss retry query done failed connection".split()
    parts = [thing() if random.random() < 0.55 else random.choice(words) for _ in range(random.randrange(2, 11))]
    if random.random() < 0.15:
        name = random.choice(["anna", "bwest", "tomas", "lucia", "rfox", "karim"]) + number(2)
        parts = [random.choice(["username:", "user:", "user", "login user", "usuario", "user id"]), name]
    return " ".join(parts)


def phrases(path):
    source = open(path).read()
    for topic, text in re.findall(
        r'Row\s*\{\s*topic:\s*Topic::(\w+),\s*name:\s*"[^"]*",\s*phrases:\s*"((?:[^"\\]|\\.)*)"', source, re.S
    ):
        for phrase in re.sub(r"\\\s*\n\s*", "", text).split(";"):
            words = [w for w in phrase.split()]
            if not words:
                continue
            for _ in range(2):
                said = []
                for w in words:
                    if w.endswith("?") and random.random() < 0.5:
                        continue
                    said.append(random.choice(w.rstrip("?").split("/")))
                if said:
                    yield topic, " ".join(said)


def main():
    n = 0
    for lang, name in (("en", "english"), ("es", "spanish"), ("pt", "portuguese")):
        for topic, phrase in sorted(set(phrases(f"{ROOT}/src/detect/cues/{name}.rs"))):
            secret = KIND.get(topic)
            if not secret and topic not in HARMLESS:
                continue
            v = value(topic)
            if v is None:
                continue
            secrets = [{"kind": secret, "value": v}] if secret else []
            frame = random.choice(FRAMES[lang]).format(p=phrase, v=v)
            for turns in (
                [{"role": "customer", "text": frame, "secrets": secrets}],
                [
                    {
                        "role": "agent",
                        "text": random.choice(ASK[lang]).format(p=phrase),
                        "secrets": [],
                        "asks": [secret] if secret else [],
                    },
                    {
                        "role": "customer",
                        "text": random.choice(ANSWER[lang]).format(v),
                        "secrets": secrets,
                    },
                ],
            ):
                n += 1
                print(
                    json.dumps(
                        {"id": f"plain-{n}", "author": "plain", "lang": lang, "category": topic, "turns": turns},
                        ensure_ascii=False,
                    )
                )
    for _ in range(LINES):
        n += 1
        turn = {"role": random.choice(["customer", "agent"]), "text": line(), "secrets": []}
        print(json.dumps({"id": f"plain-{n}", "author": "plain", "lang": "en", "category": "line", "turns": [turn]}))


if __name__ == "__main__":
    main()
