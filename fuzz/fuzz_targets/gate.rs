#![no_main]
//! A quick look at a message changes nothing.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::invariants::gate(data));
