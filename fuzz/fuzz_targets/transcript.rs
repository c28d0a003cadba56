#![no_main]
//! Any transcript in any format is redacted within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour_cli::transcript::invariants::transcript(data));
