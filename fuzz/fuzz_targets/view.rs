#![no_main]
//! Any bytes have a view within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::invariants::view(data));
