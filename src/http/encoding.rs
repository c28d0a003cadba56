//! Undoes content encodings, a bounded step at a time: a small body that unfolds into a huge one fills no memory.
//!
//! Built on `compression-codecs`, the half of `async-compression` that knows no runtime: it decodes from a slice into a
//! slice, so the caller decides how much comes out at once, which writers and readers of the single codecs do not offer.

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::filter::Failure;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    #[cfg(feature = "compression")]
    Gzip,
    #[cfg(feature = "compression")]
    Deflate,
    #[cfg(feature = "compression")]
    Brotli,
    #[cfg(feature = "compression")]
    Zstd,
}

/// The codings that can be undone, as `Accept-Encoding` lists them.
pub(super) const ACCEPTED: &[&str] = if cfg!(feature = "compression") {
    &["gzip", "x-gzip", "deflate", "br", "zstd", "identity"]
} else {
    &["identity"]
};

/// The coding that the headers name; `None` where they name none.
pub(super) fn coding(headers: &HeaderMap) -> Result<Option<Coding>, Failure> {
    let mut coding = None;
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.to_str().map_err(|_| Failure::ContentEncoding)?.split(',') {
            let name = name.trim().to_ascii_lowercase();
            if name.is_empty() || name == "identity" {
                continue;
            }
            // One upon the other is nobody's chat.
            if coding.is_some() {
                return Err(Failure::ContentEncoding);
            }
            coding = Some(match name.as_str() {
                #[cfg(feature = "compression")]
                "gzip" | "x-gzip" => Coding::Gzip,
                #[cfg(feature = "compression")]
                "deflate" => Coding::Deflate,
                #[cfg(feature = "compression")]
                "br" => Coding::Brotli,
                #[cfg(feature = "compression")]
                "zstd" => Coding::Zstd,
                _ => return Err(Failure::ContentEncoding),
            });
        }
    }
    Ok(coding)
}

/// Decodes what arrives in pieces.
pub(super) struct Decoder {
    #[cfg(feature = "compression")]
    codec: Option<Box<dyn compression_codecs::DecodeV2 + Send + Sync>>,
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

#[cfg(not(feature = "compression"))]
impl Decoder {
    pub(super) fn new(coding: Coding) -> Self {
        match coding {}
    }

    pub(super) fn step(&mut self, _input: &mut &[u8], _out: &mut Vec<u8>) -> Result<bool, Failure> {
        match self.coding {}
    }

    pub(super) fn finish(&mut self, _out: &mut Vec<u8>) -> Result<bool, Failure> {
        match self.coding {}
    }
}

#[cfg(feature = "compression")]
impl Decoder {
    pub(super) fn new(coding: Coding) -> Self {
        use compression_codecs::{BrotliDecoder, GzipDecoder, ZstdDecoder};
        let codec: Option<Box<dyn compression_codecs::DecodeV2 + Send + Sync>> = match coding {
            Coding::Gzip => Some(Box::new(GzipDecoder::new())),
            Coding::Brotli => Some(Box::new(BrotliDecoder::new())),
            Coding::Zstd => Some(Box::new(ZstdDecoder::new())),
            Coding::Deflate => None,
        };
        Self { codec, coding, within: true, start: Vec::new() }
    }

    /// Decodes up to [`STEP`] bytes from the start of `input` into `out` and takes what was used off `input`. Returns
    /// whether there may be more to come from what was given so far.
    pub(super) fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> Result<bool, Failure> {
        use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
        if self.codec.is_none() {
            // Some send bare deflate under this name, most the zlib format: its first two bytes tell.
            while self.start.len() < 2 {
                let Some((first, rest)) = input.split_first() else { return Ok(false) };
                self.start.push(*first);
                *input = rest;
            }
            let zlib =
                self.start[0] & 0x0F == 8 && u16::from_be_bytes([self.start[0], self.start[1]]).is_multiple_of(31);
            self.codec = Some(if zlib {
                Box::new(compression_codecs::ZlibDecoder::new())
            } else {
                Box::new(compression_codecs::DeflateDecoder::new())
            });
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
                return Err(Failure::Malformed);
            }
            codec.reinit().map_err(|_| Failure::Malformed)?;
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
        self.within = !result.map_err(|_| Failure::Malformed)?;
        Ok(written == STEP || (used > 0 || written > 0) && !input.is_empty())
    }

    /// Decodes up to [`STEP`] bytes of what is left after the last input. Returns whether there may be more to come.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<bool, Failure> {
        use compression_codecs::core::util::WriteBuffer;
        if !self.within {
            return Ok(false);
        }
        // A `deflate` body of less than two bytes is cut off; so is every other that ends within a member.
        let Some(codec) = &mut self.codec else { return Err(Failure::CutOff) };
        let at = out.len();
        out.resize(at + STEP, 0);
        let mut target = WriteBuffer::new_initialized(&mut out[at..]);
        let result = codec.finish(&mut target);
        let written = target.written_len();
        out.truncate(at + written);
        let ended = result.map_err(|_| Failure::CutOff)?;
        self.within = !ended;
        if !ended && written == 0 {
            return Err(Failure::CutOff);
        }
        Ok(!ended)
    }
}

/// Decodes a body that is all there into at most `limit` bytes. An empty body is empty in every coding.
pub(super) fn decode(coding: Coding, body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    if body.is_empty() {
        return Ok(out);
    }
    let mut decoder = Decoder::new(coding);
    let mut input = body;
    loop {
        let more = decoder.step(&mut input, &mut out)?;
        if out.len() > limit {
            return Err(Failure::TooLarge { limit });
        }
        if !more && input.is_empty() {
            break;
        }
        if !more {
            return Err(Failure::Malformed);
        }
    }
    while decoder.finish(&mut out)? {
        if out.len() > limit {
            return Err(Failure::TooLarge { limit });
        }
    }
    if out.len() > limit { Err(Failure::TooLarge { limit }) } else { Ok(out) }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"my card is 3782 822463 10005, hello hello hello";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// With the encoders of the same crate, which are its decoders' strangers.
    fn encoded(mut codec: impl compression_codecs::EncodeV2, text: &[u8]) -> Vec<u8> {
        use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
        let mut buffer = vec![0; 2 * text.len() + 1000];
        let mut target = WriteBuffer::new_initialized(&mut buffer);
        codec.encode(&mut PartialBuffer::new(text), &mut target).unwrap();
        while !codec.finish(&mut target).unwrap() {}
        let written = target.written_len();
        buffer.truncate(written);
        buffer
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        encoded(
            compression_codecs::BrotliEncoder::new(compression_codecs::brotli::params::EncoderParams::default()),
            text,
        )
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        encoded(compression_codecs::ZstdEncoder::new(3), text)
    }

    fn all(text: &[u8]) -> Vec<(Coding, Vec<u8>)> {
        vec![
            (Coding::Gzip, gzip(text)),
            (Coding::Deflate, zlib(text)),
            (Coding::Deflate, deflate(text)),
            (Coding::Brotli, brotli(text)),
            (Coding::Zstd, zstd(text)),
        ]
    }

    #[test]
    fn every_coding_is_undone_whole_and_byte_by_byte() {
        for text in [TEXT, &[b'x'; 100_000], b""] {
            for (coding, body) in all(text) {
                assert_eq!(decode(coding, &body, 100_000).unwrap(), text, "{coding:?}");
                let mut decoder = Decoder::new(coding);
                let mut out = Vec::new();
                for byte in &body {
                    let mut input = std::slice::from_ref(byte);
                    while decoder.step(&mut input, &mut out).unwrap() {}
                    assert!(input.is_empty());
                }
                while decoder.finish(&mut out).unwrap() {}
                assert_eq!(out, text, "{coding:?} byte by byte");
            }
        }
    }

    #[test]
    fn members_one_after_the_other_are_all_read() {
        for (coding, encode) in [(Coding::Gzip, gzip as fn(&[u8]) -> Vec<u8>), (Coding::Zstd, zstd)] {
            let body = [encode(b"one "), encode(b"two")].concat();
            assert_eq!(decode(coding, &body, 100).unwrap(), b"one two");
        }
        assert_eq!(decode(Coding::Brotli, &[brotli(b"a"), brotli(b"b")].concat(), 100), Err(Failure::Malformed));
    }

    #[test]
    fn what_unfolds_beyond_the_limit_is_refused_before_it_fills_the_memory() {
        for (coding, body) in all(&vec![0; 5_000_000]) {
            assert!(body.len() < 50_000);
            assert_eq!(decode(coding, &body, 1000), Err(Failure::TooLarge { limit: 1000 }), "{coding:?}");
        }
    }

    #[test]
    fn what_is_cut_off_or_rubbish_is_refused_at_every_length() {
        for (coding, body) in all(TEXT) {
            for len in 1..body.len() {
                assert!(decode(coding, &body[..len], 1000).is_err(), "{coding:?} cut at {len}");
            }
            let mut rubbish = body.clone();
            rubbish.iter_mut().for_each(|b| *b = b.wrapping_mul(31).wrapping_add(7));
            assert!(decode(coding, &rubbish, 1000).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn unknown_and_doubled_codings_are_refused() {
        let headers = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static(value));
            coding(&headers)
        };
        assert_eq!(headers("identity"), Ok(None));
        assert_eq!(headers("GZIP"), Ok(Some(Coding::Gzip)));
        assert_eq!(headers("gzip, br"), Err(Failure::ContentEncoding));
        assert_eq!(headers("compress"), Err(Failure::ContentEncoding));
    }
}
