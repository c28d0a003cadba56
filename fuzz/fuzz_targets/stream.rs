#![no_main]
//! A text in pieces is redacted within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::invariants::stream(data));
