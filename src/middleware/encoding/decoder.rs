//! Decodes what arrives in pieces.
//!
//! Built on `compression-codecs`, the half of `async-compression` that knows no runtime: it decodes from a slice into a
//! slice, so the caller decides how much comes out at once, which the writers and readers of the single codecs do not
//! offer.

use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};

use crate::filter::ScanError;
use crate::middleware::encoding::Coding;

/// Decodes what arrives in pieces.
pub(in crate::middleware) struct Decoder {
    codec: Option<Box<dyn DecodeV2 + Send + Sync>>,
    coding: Coding,
    /// The bytes of the member that is being read are not complete.
    within: bool,
    /// What has come before the kind of a `deflate` body is known.
    start: Vec<u8>,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("coding", &self.coding).finish_non_exhaustive()
    }
}

/// How much is decoded in one step, in bytes.
const STEP: usize = 16 * 1024;

impl Decoder {
    pub(in crate::middleware) fn new(coding: Coding) -> Self {
        let codec: Option<Box<dyn DecodeV2 + Send + Sync>> = match coding {
            Coding::Gzip => Some(Box::new(GzipDecoder::new())),
            Coding::Brotli => Some(Box::new(BrotliDecoder::new())),
            Coding::Zstd => Some(Box::new(ZstdDecoder::new())),
            Coding::Deflate => None,
        };
        Self { codec, coding, within: true, start: Vec::new() }
    }

    /// Decodes up to [`STEP`] bytes from the start of `input` into `out` and takes what was used off `input`. Returns
    /// whether there may be more to come from what was given so far.
    pub(in crate::middleware) fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Result<bool, ScanError> {
        if self.codec.is_none() {
            // Some send bare deflate under this name, most the zlib format: its first two bytes tell.
            while self.start.len() < 2 {
                let Some((first, rest)) = input.split_first() else { return Ok(false) };
                self.start.push(*first);
                *input = rest;
            }
            let zlib =
                self.start[0] & 0x0F == 8 && u16::from_be_bytes([self.start[0], self.start[1]]).is_multiple_of(31);
            self.codec = Some(if zlib { Box::new(ZlibDecoder::new()) } else { Box::new(DeflateDecoder::new()) });
            let start = std::mem::take(&mut self.start);
            self.step(&mut start.as_slice(), out)?;
            return Ok(true);
        }
        let Some(codec) = &mut self.codec else { return Ok(false) };
        if !self.within {
            if input.is_empty() {
                return Ok(false);
            }
            // Another member after the first: gzip and zstd may be written on; for the others it is rubbish.
            if !matches!(self.coding, Coding::Gzip | Coding::Zstd) {
                return Err(ScanError::Malformed);
            }
            codec.reinit().map_err(|_| ScanError::Malformed)?;
            self.within = true;
        }
        let at = out.len();
        out.resize(at + STEP, 0);
        let mut source = PartialBuffer::new(*input);
        let mut target = WriteBuffer::new_initialized(&mut out[at..]);
        // Without input, only what is left inside is asked for: the flate codecs take an empty input for an error.
        let flate = matches!(self.coding, Coding::Gzip | Coding::Deflate);
        let result = if flate && input.is_empty() {
            codec.flush(&mut target).map(|_| false)
        } else {
            codec.decode(&mut source, &mut target)
        };
        let written = target.written_len();
        let used = source.written_len();
        out.truncate(at + written);
        *input = &input[used..];
        self.within = !result.map_err(|_| ScanError::Malformed)?;
        Ok(written == STEP || (used > 0 || written > 0) && !input.is_empty())
    }

    /// Decodes up to [`STEP`] bytes of what is left after the last input. Returns whether there may be more to come.
    pub(in crate::middleware) fn finish(&mut self, out: &mut Vec<u8>) -> Result<bool, ScanError> {
        if !self.within {
            return Ok(false);
        }
        // A `deflate` body of less than two bytes is cut off; so is every other that ends within a member.
        let Some(codec) = &mut self.codec else { return Err(ScanError::CutOff) };
        let at = out.len();
        out.resize(at + STEP, 0);
        let mut target = WriteBuffer::new_initialized(&mut out[at..]);
        let result = codec.finish(&mut target);
        let written = target.written_len();
        out.truncate(at + written);
        let ended = result.map_err(|_| ScanError::CutOff)?;
        self.within = !ended;
        if !ended && written == 0 {
            return Err(ScanError::CutOff);
        }
        Ok(!ended)
    }
}
