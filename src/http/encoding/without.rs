//! Stands in the place of the decoder where decoding is not compiled in: no coding is accepted then, so none is undone.

use crate::filter::Failure;
use crate::http::encoding::Coding;

#[derive(Debug)]
pub(in crate::http) struct Decoder;

impl Decoder {
    pub(in crate::http) fn new(_coding: Coding) -> Self {
        Self
    }

    pub(in crate::http) fn step(&mut self, _input: &mut &[u8], _out: &mut Vec<u8>) -> Result<bool, Failure> {
        Err(Failure::ContentEncoding)
    }

    pub(in crate::http) fn finish(&mut self, _out: &mut Vec<u8>) -> Result<bool, Failure> {
        Err(Failure::ContentEncoding)
    }
}
