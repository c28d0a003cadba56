//! Decodes data that arrives in chunks.
//!
//! Uses `compression-codecs`, the part of `async-compression` without a runtime. It decodes from slice to slice, so the
//! caller can bound the output of each step. The readers and writers of the individual codecs do not allow that.

use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};

use crate::filter::ScanError;
use crate::middleware::encoding::Coding;

/// Decodes data that arrives in chunks.
pub(in crate::middleware) struct Decoder {
    codec: Option<Box<dyn DecodeV2 + Send + Sync>>,
    coding: Coding,
    /// Whether the current member is incomplete.
    within: bool,
    /// The first bytes of a `deflate` body, until its format is known.
    start: Vec<u8>,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("coding", &self.coding).finish_non_exhaustive()
    }
}

/// The maximum number of bytes decoded in one step.
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

    /// Decodes up to [`STEP`] bytes from the start of `input` into `out` and advances `input`. Returns whether there may be
    /// more output without more input.
    pub(in crate::middleware) fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Result<bool, ScanError> {
        if self.codec.is_none() {
            // Some senders send raw deflate under this name, most send the zlib format. The first two bytes decide.
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
            // Gzip and zstd allow another member after the first. In other formats that is an error.
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
        // Without input, the rest of the output is flushed. The flate codecs treat an empty input as an error.
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

    /// Decodes up to [`STEP`] bytes of what remains after the last input. Returns whether there may be more.
    pub(in crate::middleware) fn finish(&mut self, out: &mut Vec<u8>) -> Result<bool, ScanError> {
        if !self.within {
            return Ok(false);
        }
        // A body that ends within a member is cut off, and so is a `deflate` body of fewer than two bytes.
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
