#![no_main]
//! Any bytes have a view within the laws.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour::laws::view(data));
