#![no_main]
//! Any message is redacted within the laws.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::laws::redact(data));
