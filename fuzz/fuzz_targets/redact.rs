#![no_main]
//! Any message is redacted within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::invariants::redact(data));
