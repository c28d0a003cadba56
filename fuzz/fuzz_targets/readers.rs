#![no_main]
//! Any input is read as each format within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour_cli::transcript::invariants::readers(data));
