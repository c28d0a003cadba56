//! The time of a scan is linear in the length of the text.

use lastfour::{Conversation, Engine, Message, Role};

/// The CPU time of this thread in nanoseconds, which does not depend on other processes. `None` if the system does not
/// report it.
fn cpu_time() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_ascii_whitespace().next()?.parse().ok()
}

/// Returns the CPU time of scanning `text` repeatedly, [`TOTAL`] bytes in all.
fn time_to_scan(engine: &Engine, role: Role, text: &[u8]) -> Option<u64> {
    let start = cpu_time()?;
    for _ in 0..TOTAL / text.len() {
        std::hint::black_box(engine.scan(&mut Conversation::new(), &Message::new(role, text)));
    }
    Some(cpu_time()?.saturating_sub(start))
}

/// The bytes scanned for each measurement.
const TOTAL: usize = 128 << 10;

/// The same number of bytes takes about the same time in short texts and in long ones. If the time were quadratic, long
/// texts would take sixteen times as long.
fn grows_linearly(engine: &Engine, role: Role, unit: &[u8]) {
    const SHORT: usize = 4 << 10;
    const LONG: usize = 64 << 10;
    const MOST: u64 = 6;
    const TRIES: usize = 4;
    /// The clock advances in steps of several milliseconds.
    const STEP_NS: u64 = 10_000_000;
    let text = |len: usize| unit.repeat(len / unit.len());
    let (short, long) = (text(SHORT), text(LONG));
    let mut times = Vec::new();
    for _ in 0..TRIES {
        let (Some(one), Some(two)) = (time_to_scan(engine, role, &short), time_to_scan(engine, role, &long)) else {
            return;
        };
        if two < MOST * one.max(STEP_NS) {
            return;
        }
        times.push((one, two));
    }
    panic!("{:?} repeated: nanoseconds in short and in long texts: {times:?}", String::from_utf8_lossy(unit));
}

#[test]
fn no_text_takes_more_than_linear_time() {
    const UNITS: [&[u8]; 67] = [
        b"one ",
        b"and ",
        b"double ",
        b"twenty ",
        b"hundred ",
        b"then ",
        b"mil ",
        b"o ",
        b"1 one ",
        b"%",
        b"%2",
        b"%25",
        b"%34",
        b"%20 ",
        b"&",
        b"&#",
        b"&#1",
        b"&amp;",
        b"&amp",
        b"<",
        b"1<",
        b"1<b",
        b"1<b>",
        b"<b>",
        b"1<a ",
        b"9",
        b"9 ",
        b"1O",
        b"O1 ",
        b"l|",
        "3\u{301}".as_bytes(),
        "\u{301}".as_bytes(),
        "\u{200B}".as_bytes(),
        "•".as_bytes(),
        "• ".as_bytes(),
        "1•".as_bytes(),
        "中О".as_bytes(),
        "aО".as_bytes(),
        "О".as_bytes(),
        "О-".as_bytes(),
        "😂".as_bytes(),
        "３".as_bytes(),
        "ñ".as_bytes(),
        "one\u{AD}".as_bytes(),
        b",",
        b"thirty",
        b"one-",
        b"twentyone",
        "…".as_bytes(),
        b"\xFF",
        b"\xF0\x9F",
        b"1\xC3",
        b"\xE2\x80&",
        b"card ",
        b"pin ",
        b"what is the code ",
        b"482913 didn't ",
        b"**CVV:** 093 ",
        b"4111 1111 1111 1111 ",
        b"4111",
        b"12/28 ",
        b"123-45-6789,",
        b"DE89 3704 ",
        b"password ",
        b"a@b.c ",
        b"1.",
        b"card 4111 1111 1111 1111 12/28 ",
    ];
    let engine = Engine::default();
    // Tables are built on first use.
    let _ = engine.redact("what is your card number? it is 4111 1111 1111 1111");
    for unit in UNITS {
        for role in [Role::Customer, Role::Agent] {
            grows_linearly(&engine, role, unit);
        }
    }
}
