//! The decoder without the feature `compression`. No encoding is accepted then, so none is decoded.

use crate::filter::ScanError;
use crate::middleware::encoding::Coding;

#[derive(Debug)]
pub(in crate::middleware) struct Decoder;

impl Decoder {
    pub(in crate::middleware) fn new(_coding: Coding) -> Self {
        Self
    }

    pub(in crate::middleware) fn step(&mut self, _input: &mut &[u8], _out: &mut Vec<u8>) -> Result<bool, ScanError> {
        Err(ScanError::ContentEncoding)
    }

    pub(in crate::middleware) fn finish(&mut self, _out: &mut Vec<u8>) -> Result<bool, ScanError> {
        Err(ScanError::ContentEncoding)
    }
}
