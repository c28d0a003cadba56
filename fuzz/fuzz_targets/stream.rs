#![no_main]
//! A text in pieces is redacted within the laws.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::laws::stream(data));
