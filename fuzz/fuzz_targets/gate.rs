#![no_main]
//! The prefilter changes no result.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::invariants::gate(data));
