#![no_main]
//! Any transcript in any format is redacted within the laws.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour_cli::transcript::laws::transcript(data));
