#![no_main]
//! UTF-16, workbooks and archives are read within the invariants.

libfuzzer_sys::fuzz_target!(|data: &[u8]| lastfour_cli::transcript::invariants::container(data));
